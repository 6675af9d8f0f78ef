"""The national support looks: each look leaves a line, with the account looked at (TRC-4)."""

from django.db import transaction

from accounts import policies
from journal.models import record


@transaction.atomic
def note_consultation(user, *, what: str, by):
    """`what`: état, droits, journal or envois."""
    policies.support(by)
    record("compte.consulted", by=by, target=user, what=what)


@transaction.atomic
def note_support_search(*, criteres: list[str], found: int, by):
    """Which fields, how many found, never what was typed."""
    policies.support(by)
    record("support.searched", by=by, criteres=", ".join(criteres), found=found)
