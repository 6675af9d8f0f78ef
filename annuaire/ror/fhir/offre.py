"""HealthcareService: an offre opérationnelle, which is a unit of ours (rows 20 to 33, and 38)."""

from dataclasses import dataclass
from typing import Any, NamedTuple

from annuaire.ror.fhir import elements
from annuaire.ror.fhir.elements import Contact, Division
from annuaire.ror.fhir.formes import (
    Code,
    Extensions,
    Periode,
    boolean,
    concepts,
    every,
    integer,
    number,
    periode,
    reference,
    references,
    text,
    thing,
    things,
)
from annuaire.ror.fhir.resource import Resource
from annuaire.ror.refus import Json, Refused

JOURS = {name: day for day, name in enumerate("mon tue wed thu fri sat sun".split(), 1)}


class Age(NamedTuple):
    """`unite`: UCUM (a, mo, wk, d); without one, years."""

    valeur: float
    unite: str | None


@dataclass(frozen=True, slots=True)
class Horaire:
    """`jour`: 1 is Monday, 8 a public holiday. `genre`: TRE_R252. Hours «09:00:00»."""

    jour: int | None
    debut: str | None
    fin: str | None
    genre: Code | None
    validite: Periode | None


@dataclass(frozen=True, slots=True)
class HealthcareService(Resource):
    """An offre opérationnelle, which is our unit. `caracteristiques` by nomenclature, in its order."""

    cle: str
    nom: str | None
    organisation: str | None
    type_offre: Code | None
    champ: Code | None
    activites: tuple[Code, ...] | None
    caracteristiques: dict[str, tuple[Code, ...]] | None
    age_min: Age | None
    age_max: Age | None
    publics: tuple[Code, ...] | None
    sensible: bool | None
    horaires: tuple[Horaire, ...] | None
    fermeture: Periode | None
    contacts: tuple[Contact, ...] | None
    lieux: tuple[str, ...] | None
    zone: tuple[Division, ...] | None

    def codes(self, *nomenclatures: str) -> tuple[Code, ...] | None:
        """None when the offer says no characteristic at all, empty when it says none of these."""
        if self.caracteristiques is None:
            return None
        return tuple(one for name in nomenclatures for one in self.caracteristiques.get(name, ()))


def read(said: Json, *meta: Any) -> HealthcareService:
    more, keys = Extensions(said), things(said, "identifier") or [{}]
    cle = text(keys[0], "value")
    if not cle:
        raise Refused("l’offre n’a pas d’identifiant.")
    characteristics = concepts(said, "characteristic")
    public = more.first("ror-healthcareservice-patient-type")
    age = thing(Extensions(public).first("ageRange"), "valueRange") or {}
    return HealthcareService(
        *meta,
        cle=cle,
        nom=text(said, "name"),
        organisation=reference(said, "providedBy"),
        type_offre=next(iter(concepts(said, "category") or ()), None),
        champ=next(iter(concepts(said, "type") or ()), None),
        activites=concepts(said, "specialty"),
        caracteristiques=None if characteristics is None else _by_nomenclature(characteristics),
        age_min=_age(age, "low"),
        age_max=_age(age, "high"),
        publics=Extensions(public).concepts("supportedPatientInfo"),
        sensible=boolean(more.first("ror-healthcareservice-sensitive-unit"), "valueBoolean"),
        horaires=_horaires(said),
        fermeture=_fermeture(said),
        contacts=every(more.get("ror-healthcareservice-contact"), elements.contact_of_offre),
        lieux=references(said, "location"),
        zone=elements.divisions(more),
    )


def _by_nomenclature(codes: tuple[Code, ...]) -> dict[str, tuple[Code, ...]]:
    found: dict[str, list[Code]] = {}
    for one in codes:
        found.setdefault(one.nomenclature, []).append(one)
    return {name: tuple(group) for name, group in found.items()}


def _age(said: Json, name: str) -> Age | None:
    bound = thing(said, name) or {}
    value = number(bound, "value")
    return None if value is None else Age(value, text(bound, "code") or text(bound, "unit"))


def _horaires(said: Json) -> tuple[Horaire, ...] | None:
    told = things(said, "availableTime")
    return None if told is None else tuple(one for time in told for one in _days(time))


def _days(time: Json) -> list[Horaire]:
    """One for each day, which is told by its number, or by FHIR’s own names."""
    more = Extensions(time)
    days: list[int | None] = [integer(more.first("ror-available-time-number-days-of-week"), "valueInteger")]
    named = time.get("daysOfWeek")
    if days == [None] and isinstance(named, list):
        days = [JOURS.get(one) for one in named] or days
    validite = periode(more.first("ror-available-time-effective-opening-closing-date"), "valuePeriod")
    debut, fin = text(time, "availableStartTime"), text(time, "availableEndTime")
    genre = more.concept("ror-available-time-type-of-time")
    return [Horaire(day, debut, fin, genre, validite) for day in days]


def _fermeture(said: Json) -> Periode | None:
    """From when it is closed, until when as far as one knows."""
    for one in things(said, "notAvailable") or ():
        if text(one, "id") == "closingReopeningDate":
            return periode(one, "during")
    return None
