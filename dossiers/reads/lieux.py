"""For which structures somebody may ask (DOS-3)."""

from django.db.models import Q

from annuaire.models import Coordination, Lieu, Unite
from dossiers import regards
from viatraj.core.actor import Actor
from viatraj.core.droits import Niveau


def lieux(actor: Actor, orientation: str = "") -> dict[str, Lieu]:
    """Open units, and coordinations, by their key; the units of one établissement together."""
    held: dict[str, set] = {}
    for grant in regards.asking(actor, orientation):
        held.setdefault(grant.niveau, set()).add(grant.lieu_id)
    within = Q(pk__in=held.get(Niveau.UNITE, ())) | Q(etablissement__in=held.get(Niveau.ETABLISSEMENT, ()))
    unites = Unite.objects.open().filter(within) if {Niveau.UNITE, Niveau.ETABLISSEMENT} & {*held} else []
    if unites:
        unites = unites.select_related("etablissement__coordination").order_by(
            "etablissement__nom", "etablissement", "nom", "pk"
        )
    coordinations = Coordination.objects.filter(pk__in=held.get(Niveau.COORDINATION, ()))
    rows = [*unites, *coordinations.order_by("nom")] if Niveau.COORDINATION in held else [*unites]
    return {lieu.key: lieu for lieu in map(Lieu.of, rows)}
