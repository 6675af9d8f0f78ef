"""Where an HAD goes: the narrowest zone says, commune, then EPCI, then département (ANN-2, row 38)."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Case, OuterRef, Q, Subquery, Value, When

from annuaire.models import Commune, Couverture, Departement, Unite
from annuaire.natures import Nature

KINDS = ("commune", "epci", "departement")  # narrowest first


@dataclass(frozen=True)
class Zone:
    """`kind` of KINDS; `code`: of the COG, or the SIREN of an EPCI; `exclue`: but not there."""

    kind: str
    code: str
    exclue: bool = False

    @classmethod
    def of(cls, text: str) -> "Zone":
        """As `str` writes it, and the history keeps it."""
        kind, _, code = text.removeprefix("sauf ").partition(":")
        return cls(kind, code, text.startswith("sauf "))

    @property
    def is_whole(self) -> bool:
        """Typed by hand in a form, it may be of none."""
        return self.kind in KINDS and bool(self.code)

    def __str__(self) -> str:
        return f"{'sauf ' if self.exclue else ''}{self.kind}:{self.code}"


def zones(unite: Unite) -> list[Zone]:
    """As they were chosen, widest first."""
    return sorted((_zone(one) for one in unite.couvertures.all()), key=_order)


def _zone(one: Couverture) -> Zone:
    kind = next(kind for kind in KINDS if getattr(one, f"{kind}_id"))
    return Zone(kind, getattr(one, f"{kind}_id"), one.exclue)


def _order(zone: Zone) -> tuple[int, bool, str]:
    return -KINDS.index(zone.kind), zone.exclue, zone.code


def covering(commune: Commune):
    """The open units of HAD that go to this commune."""
    here = Q(commune=commune) | Q(departement=commune.departement_id)
    if commune.epci_id:
        here |= Q(epci=commune.epci_id)
    rank = Case(When(commune__isnull=False, then=0), When(epci__isnull=False, then=1), default=Value(2))
    narrowest = Couverture.objects.filter(here, unite=OuterRef("pk")).order_by(rank)
    had = Unite.objects.open().filter(nature=Nature.HAD)
    return had.alias(exclue=Subquery(narrowest.values("exclue")[:1])).filter(exclue=False)


def covers(unite: Unite, commune: Commune) -> bool:
    """False of a unit that is closed, or no HAD: it goes nowhere."""
    return covering(commune).filter(pk=unite.pk).exists()


@dataclass(frozen=True)
class Territoire:
    """The communes of a département, each with the names of the HAD that go there; three queries."""

    communes: list[tuple[Commune, list[Unite]]]

    @property
    def uncovered(self) -> list[Commune]:
        return [commune for commune, unites in self.communes if not unites]


def territoire(departement: Departement) -> Territoire:
    communes = list(Commune.objects.living().filter(departement=departement).order_by("cle", "code"))
    here = Q(departement=departement)
    here |= Q(commune__in=[one.pk for one in communes])
    here |= Q(epci__in={one.epci_id for one in communes if one.epci_id})
    unites = {
        one.pk: one for one in _hads().filter(couvertures__in=Couverture.objects.filter(here)).distinct()
    }
    known = Couverture.objects.filter(here, unite__in=unites)
    said = {(one.unite_id, _zone(one).kind, _zone(one).code): one.exclue for one in known}
    return Territoire(
        [
            (commune, [unite for pk, unite in unites.items() if _goes(said, pk, commune)])
            for commune in communes
        ]
    )


def _hads():
    had = Unite.objects.open().filter(nature=Nature.HAD)
    return had.select_related("etablissement").order_by("etablissement__nom", "nom", "pk")


def _goes(said: dict[tuple[int, str, str], bool], unite: int, commune: Commune) -> bool:
    for kind, code in zip(KINDS, (commune.pk, commune.epci_id, commune.departement_id), strict=True):
        if code and (unite, kind, code) in said:
            return not said[unite, kind, code]
    return False


def to_choose(found: Iterable[Zone], known: Iterable[Zone]) -> list[Zone]:
    """Each as it would change something: left out, where a wider one is covered already; two queries."""
    said = {(zone.kind, zone.code): not zone.exclue for zone in known}
    every = list(found)
    communes = Commune.objects.in_bulk([zone.code for zone in every if zone.kind == "commune"])
    members = Commune.objects.living().filter(epci__in=[one.code for one in every if one.kind == "epci"])
    of = dict(members.values_list("epci", "departement"))
    return [Zone(zone.kind, zone.code, _is_inside(zone, said, communes, of)) for zone in every]


def _is_inside(zone: Zone, said: dict, communes: dict, of: dict) -> bool:
    wider = []
    if (commune := communes.get(zone.code)) and zone.kind == "commune":
        wider = [("epci", commune.epci_id), ("departement", commune.departement_id)]
    elif zone.kind == "epci":
        wider = [("departement", of.get(zone.code))]
    return next((said[one] for one in wider if one in said), False)


def labels(chosen: Iterable[Zone]) -> dict[Zone, str]:
    """Their names, «Sauf …» of those left out; three queries at most."""
    found, every = {}, list(chosen)
    for kind in KINDS:
        ones = [zone for zone in every if zone.kind == kind]
        model = Couverture._meta.get_field(kind).related_model
        named = model.objects.in_bulk([zone.code for zone in ones]) if ones else {}
        found |= {zone: f"{'Sauf ' if zone.exclue else ''}{named.get(zone.code, zone.code)}" for zone in ones}
    return found
