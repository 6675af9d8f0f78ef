"""For which structures somebody may ask (DOS-3)."""

from django.db.models import Exists, OuterRef, Q

from annuaire.models import Coordination, Etablissement, Lieu, Unite
from dossiers import regards
from viatraj.core.actor import Actor
from viatraj.core.droits import Niveau


def lieux(actor: Actor, orientation: str = "") -> dict[str, Lieu]:
    """Open units, établissements without any, and coordinations, by their key; the units of one
    établissement together."""
    held: dict[str, set] = {}
    for grant in regards.asking(actor, orientation):
        held.setdefault(grant.niveau, set()).add(grant.lieu_id)
    within = held.get(Niveau.ETABLISSEMENT, ())
    unites = Unite.objects.open().filter(Q(pk__in=held.get(Niveau.UNITE, ())) | Q(etablissement__in=within))
    unites = unites.select_related("etablissement__coordination")
    alone = Etablissement.objects.open().filter(pk__in=within).exclude(Exists(_open_units(OuterRef("pk"))))
    coordinations = Coordination.objects.filter(pk__in=held.get(Niveau.COORDINATION, ()))
    rows = [
        *unites.order_by("etablissement__nom", "etablissement", "nom", "pk"),
        *alone.select_related("coordination").order_by("nom", "pk"),
        *coordinations.order_by("nom"),
    ]
    return {lieu.key: lieu for lieu in map(Lieu.of, rows)}


def asks_by_its_units(lieu: Lieu) -> bool:
    """An établissement asks itself only while no unit of it is open (docs/adr/0047)."""
    return lieu.niveau == Niveau.ETABLISSEMENT and _open_units(lieu.row).exists()


def _open_units(etablissement):
    return Unite.objects.open().filter(etablissement=etablissement)
