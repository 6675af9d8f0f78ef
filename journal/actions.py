"""Journal lines about refused or missing pages, and about who reads the journal (TRC-4)."""

from django.db import transaction

from journal.models import Entry, record
from viatraj.core.actor import Actor


@transaction.atomic
def note(event: str, *, route: str, last: bool, ids: dict[str, str], by: Actor) -> Entry:
    """`route`: the URL's pattern; `ids`: the numbers in the path; `last`: no more are written."""
    return record(event, by=by, label=route, route=route, suite_non_notee=last, ids=ids)
