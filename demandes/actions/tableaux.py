"""A dashboard that leaves as a file leaves a line: which one, what was asked, how many rows (DOS-5)."""

from django.db import transaction

from demandes import policies
from demandes.handicap.suivis import Suivi
from demandes.tableaux import Tableau
from journal.models import record
from viatraj.core.actor import Actor


@transaction.atomic
def note_export(tableau: Tableau | Suivi, *, criteres: dict[str, str], lignes: int, by: Actor) -> None:
    policies.board(by, tableau)
    record("tableau.exported", by=by, tableau=tableau.label, criteres=criteres, lignes=lignes)
