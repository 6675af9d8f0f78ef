"""A person sought by his name among notifications: the journal notes the search, not the name (TRC-1)."""

from datetime import datetime

from django.db import transaction

from demandes import policies
from demandes.reads import suivis
from journal.models import record
from viatraj.core.actor import Actor


@transaction.atomic
def search_notifications(*, nom: str, prenom: str, now: datetime, by: Actor) -> list[int]:
    """Keys of those that he sees, whose person he may know; one too many, to know that there are more."""
    policies.search_notifications(by)
    record("notification.searched", by=by)
    return suivis.found(by, nom, prenom, now=now)
