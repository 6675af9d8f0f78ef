"""Dossiers without a solution are told to who regulates, until one is found (DOS-4, docs/adr/0069).

Each step of a demande says it in its own transaction; time says it by the same rule, once it is due.
"""

from collections.abc import Iterable
from datetime import datetime

from demandes.models import SansSolution
from demandes.reads import solutions as reads
from dossiers.actions.presences import regulate
from dossiers.models import Dossier
from viatraj.core.actor import Actor
from viatraj.core.saving import save_valid

KEPT = ("orientation", "coordination_id", "etablissement_id", "unite_id", "depuis", "echeance_at")


def hold_sought(dossiers: Iterable[Dossier]) -> None:
    """Part of an action that holds the demandes of these dossiers."""
    rows = SansSolution.objects.filter(dossier__in=[one.pk for one in dossiers])
    list(rows.select_for_update(of=("self",), no_key=True).order_by("pk").values_list("pk", flat=True))


def settle_sought(dossier: Dossier, *, now: datetime, by: Actor) -> None:
    """Part of whatever changes its demandes, or decides of it: kept as it should be, and told where it is."""
    rows = SansSolution.objects.select_for_update(of=("self",), no_key=True).order_by("pk")
    held = rows.filter(dossier=dossier).first()
    found = reads.sought(dossier, now=now)
    was_told = held is not None and held.is_signalee
    if found is None:
        if held is not None:
            held.delete()
        lieu = None
    else:
        _keep(held, found)
        lieu = reads.told_at(found) if found.is_signalee else None
    if was_told or lieu is not None:
        regulate(dossier, lieu, by=by)


def _keep(held: SansSolution | None, found: SansSolution) -> None:
    """The moment of a state is kept while it lasts."""
    if held is None:
        save_valid(found)
        return
    if held.etat != found.etat:
        held.etat, held.changed_at = found.etat, found.changed_at
    for name in KEPT:
        setattr(held, name, getattr(found, name))
    save_valid(held)
