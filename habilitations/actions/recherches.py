"""Looking somebody up leaves a line: which fields, how many found, never what was typed (COM-2)."""

from django.db import transaction

from habilitations import policies
from journal.models import record


@transaction.atomic
def note_search(*, criteres: list[str], found: int, by):
    policies.administer(by)
    record("comptes.searched", by=by, criteres=", ".join(criteres), found=found)


@transaction.atomic
def note_export(*, criteres: dict[str, str], lignes: int, by):
    """A revue that leaves as a file (HAB-9)."""
    policies.administer(by)
    record("revue.exported", by=by, criteres=criteres, lignes=lignes)


@transaction.atomic
def note_deployment_export(*, criteres: dict[str, str], lignes: int, by):
    """The deployment of a territory, leaving as a file (ANN-8)."""
    policies.deployment(by)
    record("deploiement.exported", by=by, criteres=criteres, lignes=lignes)


@transaction.atomic
def note_journal_export(*, lignes: int, by):
    """The journal of one's structures, leaving as a file (COM-13)."""
    policies.administer(by)
    record("journal.exported", by=by, lignes=lignes)
