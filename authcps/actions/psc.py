"""Pro Santé Connect said no, or something that does not hold."""

from django.db import transaction

from journal.models import record


@transaction.atomic
def refuse(attempt, *, reason, by):
    """A line in the journal (TRC-1); the attempt proves nothing and stays as it is."""
    record("connexion.refused", by=by, reason=reason, door=attempt.door)
