"""What is written of what did not happen, and of who reads the trail (TRC-4)."""

from django.db import transaction

from journal.models import Entry, record
from viatraj.core.actor import Actor


@transaction.atomic
def note(event: str, *, route: str, last: bool, ids: dict[str, str], by: Actor) -> Entry:
    """`route` is an address's pattern, `ids` the numbers in it; `last`: those after it are not written."""
    return record(event, by=by, label=route, route=route, suite_non_notee=last, ids=ids)
