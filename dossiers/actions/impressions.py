"""A dossier on paper: the reading is noted, with the volets that the paper holds (DOS-5)."""

from django.db import transaction

from dossiers import policies
from dossiers.models import Dossier
from journal.models import record
from viatraj.core.actor import Actor


@transaction.atomic
def print_dossier(dossier: Dossier, *, volets: list[str], by: Actor) -> None:
    """`volets`: labels of those that are on it."""
    by = policies.print_dossier(by, dossier)
    record("dossier.printed", by=by, target=dossier, volets=volets or ["aucun volet"])


@transaction.atomic
def download(dossier: Dossier, *, volets: list[str], by: Actor) -> None:
    by = policies.download(by, dossier)
    record("dossier.downloaded", by=by, target=dossier, volets=volets)
