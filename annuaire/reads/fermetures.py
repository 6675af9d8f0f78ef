"""What the pages of a closing show: the structure, what may take its place, what was done (ANN-7)."""

from typing import Any

from django.db.models import QuerySet

from annuaire.models import AvisFermeture, Etablissement, Fermeture, Guichet, Lieu, Unite
from viatraj.core import prepared
from viatraj.core.actor import Actor
from viatraj.core.droits import Droit, Mode, Niveau
from viatraj.core.kept import kept, standing_for

FOUND = 20  # names shown of a search
JOINED = {
    Niveau.ETABLISSEMENT: ("coordination__region", "replaced_by"),
    Niveau.UNITE: ("etablissement__coordination__region", "replaced_by__etablissement"),
    Niveau.GUICHET: ("coordination__region", "etablissement", "replaced_by__etablissement"),
}


def of_perimeter(actor: Actor, niveau: str) -> QuerySet:
    """Structures of a level that one may close, closed ones too: the same rule as `policies.close`."""
    if niveau == Niveau.GUICHET:
        rows: Any = Guichet.objects.within(actor.rights, Droit.GUICHET)
    elif niveau == Niveau.UNITE:
        columns = {name: path for name, path in Unite.objects.all().columns.items() if name != "unite"}
        rows = Unite.objects.filter(actor.rights.within(Droit.STRUCTURE, mode=Mode.OUI, **columns))
    else:
        above = {"coordination": "coordination", "region": "coordination__region"}
        rows = Etablissement.objects.filter(actor.rights.within(Droit.STRUCTURE, mode=Mode.OUI, **above))
    return rows.select_related(*JOINED[Niveau(niveau)])


def visible_to(actor: Actor, niveau: str) -> QuerySet:
    """Structures whose référent one is, closed ones too; whether one may close them is another question."""
    if niveau == Niveau.GUICHET:
        rows: Any = Guichet.objects.within(actor.rights, Droit.GUICHET)
    elif niveau == Niveau.UNITE:
        units = Unite.objects.all()
        rows = units.within(actor.rights, Droit.STRUCTURE) | units.within(actor.rights, Droit.UNITE)
    else:
        rows = Etablissement.objects.within(actor.rights, Droit.STRUCTURE)
    return rows.none() if actor.is_acting else rows.select_related(*JOINED[Niveau(niveau)])


def successors(actor: Actor, structure, mot: str) -> list:
    """Open ones whose name holds these letters; a unit's établissement answers for it too."""
    rows = of_perimeter(actor, structure.niveau).exclude(pk=structure.pk).filter(closed_at=None)
    if structure.niveau != Niveau.ETABLISSEMENT:
        rows = rows.filter(etablissement__closed_at=None)
    named = rows.named(mot)
    if structure.niveau == Niveau.UNITE:
        inside = Etablissement.objects.named(mot).values("pk")
        named = named | rows.alias(cle=named.query.annotations["cle"]).filter(etablissement__in=inside)
    return list(named.order_by("nom", "pk")[:FOUND])


def receivers(actor: Actor, etablissement: Etablissement) -> QuerySet:
    """To which units of this one may go: the same rule as `policies.hand_over`."""
    rows = visible_to(actor, Niveau.ETABLISSEMENT).filter(closed_at=None)
    return rows.exclude(pk=etablissement.pk)


def named(rows: QuerySet, mot: str) -> list:
    return list(rows.named(mot).order_by("nom", "pk")[:FOUND])


def waiting(actor: Actor) -> QuerySet:
    """What feeders have said, and this actor may answer; the most urgent first."""
    if actor.is_acting or not actor.rights.scopes(Droit.STRUCTURE):
        return AvisFermeture.objects.none()
    return _waiting.write(actor)


def how_many_wait(actor: Actor) -> prepared.Asked:
    """Of them; to be asked with what else the page asks."""
    if actor.is_acting or not actor.rights.scopes(Droit.STRUCTURE):
        return "SELECT 0", {}
    who, places = standing_for(actor, Droit.STRUCTURE)
    return f"SELECT count(*) FROM ({_waiting.sql(who, names=places)}) AS avis", places  # noqa: S608


@kept
def _waiting(actor: Actor, /, **places: Any) -> QuerySet:
    rows = AvisFermeture.objects.waiting()
    here = rows.filter(etablissement__in=of_perimeter(actor, Niveau.ETABLISSEMENT).values("pk"))
    units = rows.filter(unite__in=of_perimeter(actor, Niveau.UNITE).values("pk"))
    return (here | units).order_by("recu_le", "pk")


def avis(structure) -> AvisFermeture | None:
    if structure.niveau == Niveau.GUICHET:
        return None
    return AvisFermeture.objects.of(structure).waiting().first()


def last(structure) -> Fermeture | None:
    """The last closing of a structure, with what became of what hung there."""
    return Fermeture.objects.of(structure).with_structure().order_by("-pk").first()


def below(structure) -> list[Lieu]:
    """The open units and guichets of an établissement, which close with it."""
    if not isinstance(structure, Etablissement):
        return []
    rows: list[Any] = list(structure.unites.filter(closed_at=None).order_by("nom", "pk"))
    rows += structure.guichets.filter(closed_at=None).order_by("nom", "pk")
    return [Lieu.of(row) for row in rows]
