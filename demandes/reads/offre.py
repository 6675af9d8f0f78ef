"""Which units could take a patient in, the likeliest first, each with its reasons (DOS-4, docs/adr/0064).

One statement ranks (`statements`); its answer says what each criterion gave, so that what is shown is what
was counted.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection
from django.db.models import Prefetch

from annuaire import places
from annuaire.models import Commune, Guichet, Unite
from annuaire.natures import RECEVEUSES, Nature
from annuaire.reads import communes, couvertures
from annuaire.reads.publiques import AROUND
from demandes.etats import Etat
from demandes.reads import criteres, raisons, statements
from demandes.reads.criteres import Critere
from demandes.reads.raisons import Part
from viatraj.core.droits import Orientation

A_PAGE = 20


@dataclass(frozen=True)
class Besoin:
    """What is asked, in one orientation; empty values ask nothing. `lieu`: as it was typed.

    `parmi`: only among these units. `demandeuse`: the unit that asks, whose refusals are told to it alone.
    """

    orientation: Orientation
    natures: tuple[str, ...] = ()
    pathologie: str = ""
    ressources: tuple[str, ...] = ()
    age: int | None = None
    mode: str = ""
    sejour: str = ""
    lieu: str = ""
    km: int = AROUND
    nom: str = ""
    parmi: tuple[int, ...] | None = None
    demandeuse: int | None = None

    @property
    def kinds(self) -> list[str]:
        """Of those that this orientation is sent to."""
        offered = RECEVEUSES[self.orientation]
        return [one.value for one in offered if one in self.natures] or [one.value for one in offered]

    @property
    def goes_home(self) -> bool:
        return Nature.HAD in self.kinds


@dataclass(frozen=True)
class Ligne:
    unite: Unite
    points: int
    parts: list[Part]
    distance: float | None


@dataclass(frozen=True)
class Reponse:
    """`total`: on all pages. `communes`: what the words may mean, the one that was taken first."""

    lignes: list[Ligne] = field(default_factory=list)
    total: int = 0
    communes: list[Commune] = field(default_factory=list)
    page: int = 1

    @property
    def commune(self) -> Commune | None:
        return self.communes[0] if self.communes else None

    @property
    def pages(self) -> int:
        return -(-self.total // A_PAGE)


def find(besoin: Besoin, *, now: datetime, page: int = 1) -> Reponse:
    """Open units where the module is deployed; none where nobody knows the place."""
    meant = communes.find(besoin.lieu) if besoin.lieu else []
    if besoin.lieu and not meant:
        return Reponse()
    commune = meant[0] if meant else None
    rows = _ranked(besoin, commune, now=now, page=page)
    if not rows and page > 1:
        return find(besoin, now=now)
    unites = _unites([row["id"] for row in rows])
    lignes = [
        Ligne(unites[row["id"]], row["total"], raisons.of(row, besoin, commune), row["distance"])
        for row in rows
    ]
    return Reponse(lignes, rows[0]["combien"] if rows else 0, meant, page)


def _ranked(besoin: Besoin, commune: Commune | None, *, now: datetime, page: int) -> list[dict]:
    known = {
        "natures": [*besoin.kinds, ""],
        "orientation": besoin.orientation.value,
        "pathologie": besoin.pathologie,
        "ressources": list(besoin.ressources),
        "age": besoin.age,
        "mode": besoin.mode,
        "sejour": besoin.sejour,
        "nom": besoin.nom,
        "parmi": list(besoin.parmi or ()),
        "demandeuse": besoin.demandeuse,
        "refusee": Etat.REFUSEE.value,
        **criteres.moments(now),
        "combien": A_PAGE,
        "avant": A_PAGE * (page - 1),
    } | _around(besoin, commune)
    sql = statements.ranking(_candidats(besoin, commune), asked_of(besoin, commune), _only(besoin))
    with connection.cursor() as cursor:
        cursor.execute(sql, known)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def asked_of(besoin: Besoin, commune: Commune | None) -> dict[str, Critere]:
    """The criteria by what they give points for, in the order in which they are told."""
    place = criteres.LIEU if commune is None or commune.position else criteres.COMMUNE
    every = {
        "nature": (criteres.NATURE, besoin.natures),
        "pathologie": (criteres.PATHOLOGIE, besoin.pathologie),
        "ressources": (criteres.RESSOURCES, besoin.ressources),
        "age": (criteres.AGES, besoin.age is not None),
        "mode": (criteres.MODES, besoin.mode),
        "sejour": (criteres.SEJOURS, besoin.sejour),
        "lieu": (place, commune),
        "refus": (criteres.REFUS, besoin.demandeuse),
    }
    return {name: critere for name, (critere, asked) in every.items() if asked}


def _only(besoin: Besoin) -> list[str]:
    """What narrows, and gives nothing."""
    rules = {
        statements.NAMED: besoin.nom,
        statements.AMONG: besoin.parmi is not None,
        statements.NOT_ITSELF: besoin.demandeuse,
    }
    return [rule for rule, asked in rules.items() if asked]


def _around(besoin: Besoin, commune: Commune | None) -> dict:
    if commune is None:
        return {}
    known: dict = {
        "km": besoin.km,
        "commune": commune.pk,
        "departement": f"{commune.departement_id}%",
        "codes": [f"{one}%" for one in places.Place(commune.departement_id).starts],
        "couvrent": list(couvertures.covering(commune).values_list("pk", flat=True))
        if besoin.goes_home
        else [],
        "latitude": commune.latitude,
        "longitude": commune.longitude,
    }
    if position := commune.position:
        known["south"], known["north"], *_ = position.box(besoin.km)
        for number, (west, east) in enumerate(position.longitudes(besoin.km)):
            known |= {f"west{number}": west, f"east{number}": east}
    return known


def _candidats(besoin: Besoin, commune: Commune | None) -> str:
    if commune is None:
        return statements.everywhere()
    if not (position := commune.position):
        return statements.in_departement()
    return statements.around(len(position.longitudes(besoin.km)))


def _unites(ids: Sequence[int]) -> dict[int, Unite]:
    """With what a line says of each; two queries."""
    doors = Prefetch("guichets", Guichet.objects.open().order_by("nom", "pk"), to_attr="portes")
    rows = Unite.objects.select_related("etablissement", "replaced_by").prefetch_related(doors)
    return rows.in_bulk(ids)
