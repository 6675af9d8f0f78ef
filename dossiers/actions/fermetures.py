"""Dossiers that lie in a structure that closes: they go to its successor, or stay where they are (ANN-7)."""

from annuaire.attaches import Tranche
from dossiers.models import Presence
from dossiers.reads import fermetures as reads
from journal.models import record_each


def settle(tranche: Tranche) -> int:
    """Presences of the place go to the successor, unless the dossier lies there already as such."""
    if (after := tranche.successeur) is None:
        return 0
    rows = reads.to_settle(tranche).select_related("dossier").order_by("pk")[: tranche.most]
    gone = list(rows.select_for_update(of=("self",), no_key=True))
    tranche.noted.found_each(gone)
    Presence.objects.filter(pk__in=[row.pk for row in gone]).update(**after.columns)
    said = {"lieu": str(tranche.lieu), "after": str(after)}
    lines = ((row.dossier, str(row.dossier), {"role": row.role, **said}) for row in gone)
    record_each("dossier.followed", lines, by=tranche.by)
    for row in gone:
        tranche.suivis[reads.SUIVENT[row.role]] += 1
    return len(gone)


def stay(tranche: Tranche) -> None:
    """No dossier leaves the place that asks for it, nor is lost to the one that has admitted its patient."""
    for role, count in reads.staying(tranche).items():
        tranche.finis[reads.RESTENT[role]] += count
