"""To whom a demande may go, and go on; units are searched by `reads/offre`."""

from django.db.models import Q, QuerySet

from annuaire.models import Coordination, Guichet, Lieu, Unite
from annuaire.natures import Nature
from demandes.models import Demande
from dossiers.models import ORIGINES, Dossier
from dossiers.volets.orientation import PRADO
from viatraj.core.droits import Domaine, Niveau, Orientation


def receiving(orientation: str) -> Q:
    """Units of an orientation, those of which nobody has said what they are, and care at home."""
    of_it = Q(domaine__in=["", orientation])
    if orientation == Orientation.GRAND_AGE:
        of_it |= Q(nature=Nature.SSIAD)
    return of_it & ~Q(nature=Nature.MCO)


def may_receive(lieu: Lieu, dossier: Dossier) -> bool:
    orientation = dossier.orientation
    if lieu.niveau == Niveau.COORDINATION:
        return asks_for_prado(dossier) and Domaine.CPAM in lieu.row.modules
    if lieu.niveau == Niveau.GUICHET:
        return lieu.row.domaine in ("", orientation)
    is_of_it = lieu.row.domaine in ("", orientation)
    at_home = orientation == Orientation.GRAND_AGE and lieu.row.nature == Nature.SSIAD
    return (is_of_it or at_home) and lieu.row.nature != Nature.MCO


def asks_for_prado(dossier: Dossier) -> bool:
    """The type demandé that a CPAM receives, at its coordination; other orientations know none of these."""
    return PRADO in dossier.types


def coordinations(dossier: Dossier) -> QuerySet[Coordination]:
    """Of the patient and of who asks, where the CPAM is on the service."""
    rows = Coordination.objects.filter(pk__in=_coordinations(dossier), modules__contains=[Domaine.CPAM])
    return (rows if asks_for_prado(dossier) else rows.none()).order_by("nom")


def unites(dossier: Dossier) -> QuerySet[Unite]:
    """Open, in the départements of the patient and of who asks; everywhere where neither is known."""
    rows = Unite.objects.open().filter(receiving(dossier.orientation))
    rows = rows.exclude(pk__in=_asking(dossier, "unite"))
    if coordinations := _coordinations(dossier):
        rows = rows.filter(etablissement__coordination__in=coordinations)
    return rows.select_related("etablissement__coordination").order_by("etablissement__nom", "nom", "pk")


def guichets(dossier: Dossier) -> QuerySet[Guichet]:
    rows = Guichet.objects.open().filter(domaine__in=["", dossier.orientation])
    if coordinations := _coordinations(dossier):
        rows = rows.filter(coordination__in=coordinations)
    return rows.select_related("etablissement", "coordination").order_by("nom", "pk")


def _asking(dossier: Dossier, column: str) -> list[int]:
    rows = dossier.presences.filter(role__in=ORIGINES).exclude(**{column: None})
    return list(rows.values_list(column, flat=True))


def _coordinations(dossier: Dossier) -> list[int]:
    near = Coordination.objects.filter(departement=dossier.departement) if dossier.departement else ()
    return [*_asking(dossier, "coordination"), *(one.pk for one in near)]


def beside(demande: Demande) -> QuerySet[Unite]:
    """Where it may go on: the units of its guichet, else the others of its établissement."""
    rows = Unite.objects.open().filter(receiving(demande.orientation)).select_related("etablissement")
    if demande.niveau == Niveau.GUICHET:
        rows = rows.filter(guichets=demande.guichet_id)
    else:
        rows = rows.filter(etablissement=demande.etablissement_id).exclude(pk=demande.unite_id)
    return rows.order_by("nom", "pk")
