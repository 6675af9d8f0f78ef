"""Location: where an offer is given, with its equipment and its beds (rows 14, 29 to 31)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from annuaire.ror.fhir import elements
from annuaire.ror.fhir.elements import Adresse, Telecom
from annuaire.ror.fhir.formes import Code, Extensions, code_of, concepts, day, every, integer, text, thing
from annuaire.ror.fhir.resource import LIEU, Resource, identifiants
from annuaire.ror.refus import Json


@dataclass(frozen=True, slots=True)
class Capacite:
    """`statut`: TRE_R330, 01 is installed. `nature`: TRE_R329, 01 lits. `temporalite`: TRE_R331, 01 now."""

    nature: Code | None
    statut: Code | None
    temporalite: Code | None
    genre: Code | None
    nombre: int | None
    maj: date | None


class Compte(NamedTuple):
    """So many of a kind: equipment (TRE_R212), dwellings (TRE_R242)."""

    genre: Code | None
    nombre: int | None


@dataclass(frozen=True, slots=True)
class Location(Resource):
    """`description`: how one gets there, which is only shown beside ours (row 14)."""

    cle: str | None
    nom: str | None
    description: str | None
    fonction: Code | None
    statut: Code | None
    adresse: Adresse | None
    cog: Code | None
    position: tuple[float, float] | None
    equipements: tuple[Compte, ...] | None
    capacites: tuple[Capacite, ...] | None
    habitations: tuple[Compte, ...] | None
    telecoms: tuple[Telecom, ...]


def read(said: Json, *meta: Any) -> Location:
    more = Extensions(said)
    status, place, address = (thing(said, name) for name in ("operationalStatus", "position", "address"))
    return Location(
        *meta,
        cle=identifiants(said).get(LIEU),
        nom=text(said, "name"),
        description=text(said, "description"),
        fonction=next(iter(concepts(said, "type") or ()), None),
        statut=status and code_of(status),
        adresse=None if address is None else elements.adresse(address),
        cog=more.concept("ror-commune-cog"),
        position=place and elements.coordonnees(place),
        equipements=every(more.get("ror-location-equipment"), _counted("equipmentType", "nbInService")),
        capacites=every(more.get("ror-location-supported-capacity"), _capacite),
        habitations=every(
            more.get("ror-location-residential-capacity"), _counted("residentialType", "residentialNumber")
        ),
        telecoms=elements.telecoms(said),
    )


def _capacite(said: Json) -> Capacite:
    more = Extensions(said)
    names = ("capacityType", "capacityStatus", "temporalityCapacity", "genderCapacityAvailable")
    return Capacite(
        *(more.concept(name) for name in names),
        nombre=integer(more.first("nbCapacity"), "valueInteger"),
        maj=day(more.first("capacityUpdateDate"), "valueDateTime"),
    )


def _counted(genre: str, nombre: str) -> Callable[[Json], Compte]:
    def compte(said: Json) -> Compte:
        more = Extensions(said)
        return Compte(more.concept(genre), integer(more.first(nombre), "valueInteger"))

    return compte
