"""How many demandes wait in a structure that is about to close; nothing of whose they are (ANN-7)."""

from collections.abc import Sequence

from annuaire.attaches import Ligne, Tranche
from annuaire.models import Lieu
from demandes.models import Demande
from viatraj.core.typography import counted, plural


def to_settle(tranche: Tranche):
    """In progress, at the structure and below."""
    return Demande.objects.living().filter(**{tranche.lieu.niveau: tranche.lieu.row})


def count_to_settle(tranche: Tranche) -> int:
    return to_settle(tranche).count()


def dossiers_at(lieu: Lieu | None, demandes: Sequence[Demande]) -> set[int]:
    """Those among the dossiers of these demandes that have one in progress at this place."""
    if lieu is None:
        return set()
    rows = Demande.objects.living().filter(lieu_key=lieu.key, **{lieu.niveau: lieu.row})
    return set(
        rows.filter(dossier__in=[one.dossier_id for one in demandes]).values_list("dossier", flat=True)
    )


def lignes(lieu: Lieu, *, today, by) -> list[Ligne]:
    count = Demande.objects.living().filter(**{lieu.niveau: lieu.row}).count()
    if not count:
        return []
    after = (
        plural(count, "sera close,seront closes")
        + ", et le demandeur prévenu, si aucune structure ne la remplace"
    )
    return [Ligne(counted(count, "demande") + " en cours", after)]
