"""What several resources are made of: addresses, contacts, parts of a territory."""

from dataclasses import dataclass
from typing import NamedTuple

from annuaire.ror.fhir.formes import Code, Extensions, code, concept, number, odd, text, thing, things
from annuaire.ror.refus import Json


@dataclass(frozen=True, slots=True)
class Adresse:
    """`voie`: number, street and what completes them, without the town."""

    voie: tuple[str, ...] | None
    code_postal: str | None
    commune: str | None
    cog: str | None
    position: tuple[float, float] | None  # latitude, longitude (WGS84)


@dataclass(frozen=True, slots=True)
class Telecom:
    """`canal`: TRE_R200, 2 a telephone, 3 an e-mail; `confidentialite`: TRE_R283, 1 is for everybody."""

    canal: str | None
    valeur: str | None
    confidentialite: str | None


@dataclass(frozen=True, slots=True)
class Contact:
    """A service or a function (TRE_R287, JDV_J220), never the name that FHIR may give beside."""

    nature: Code | None
    fonction: Code | None
    description: str | None
    confidentialite: str | None
    telecoms: tuple[Telecom, ...]


class Division(NamedTuple):
    """Of a territory: what kind it is (JDV_J223), which one."""

    genre: Code | None
    code: Code | None


PARTS = (
    ("careOf", "additionalLocator"),
    ("houseNumber", "buildingNumberSuffix", "streetNameType", "streetNameBase"),
    ("postBox", "postalBox", "lieu-dit", "as-ext-lieu-dit", "ror-lieu-dit"),
)
ADXP = "iso21090-ADXP-"


def adresse(said: Json) -> Adresse:
    """Its street from the parts of its lines when they are given, else from the lines themselves."""
    more = Extensions(said)
    place = more.first("geolocation")
    position = coordonnees(
        {part: part_of_place.get("valueDecimal") for part, (part_of_place, *_) in Extensions(place).items()}
    )
    insee = thing(more.first("fr-core-address-insee-code") or more.first("inseeCode"), "valueCoding")
    postal, town = text(said, "postalCode"), text(said, "city")
    return Adresse(_voie(said, postal, town), postal, town, insee and text(insee, "code"), position)


def _voie(said: Json, postal: str | None, town: str | None) -> tuple[str, ...] | None:
    lines = said.get("line")
    if lines is None:
        return None
    if not isinstance(lines, list) or not all(isinstance(one, str | None) for one in lines):
        raise odd("line")
    parts: dict[str, str] = {}
    for beside in said.get("_line") or ():
        for name, (one, *_) in Extensions(beside or {}).items():
            parts[name.removeprefix(ADXP)] = text(one, "valueString") or ""
    if parts.get("streetNameBase"):
        rows = (" ".join(filter(None, (parts.get(name) for name in row))) for row in PARTS)
        return tuple(filter(None, rows))
    last = f"{postal} {town}".casefold()
    told = (one.strip() for one in lines if one)
    return tuple(one for one in told if one.casefold() != last)


def coordonnees(said: Json) -> tuple[float, float] | None:
    latitude, longitude = number(said, "latitude"), number(said, "longitude")
    if latitude is None or longitude is None:
        return None
    if abs(latitude) > 90 or abs(longitude) > 180:
        raise odd("position")
    return latitude, longitude


def telecoms(said: Json) -> tuple[Telecom, ...]:
    return tuple(_telecom(one, text(one, "value")) for one in things(said, "telecom") or ())


def _telecom(said: Json, valeur: str | None) -> Telecom:
    more = Extensions(said)
    canal = more.concept("ror-telecom-communication-channel")
    return Telecom(code(canal), valeur, code(more.concept("ror-telecom-confidentiality-level")))


def contact(said: Json) -> Contact:
    """Of an Organization."""
    more = Extensions(said)
    return Contact(
        concept(said, "purpose"),
        more.concept("ror-contact-function-contact"),
        text(more.first("ror-contact-description"), "valueString"),
        code(more.concept("ror-contact-confidentiality-level")),
        telecoms(said),
    )


def contact_of_offre(said: Json) -> Contact:
    """Of a HealthcareService: the whole of it is an extension."""
    more = Extensions(said)
    told = more.get("ror-healthcareservice-contact-telecom", ())
    return Contact(
        more.concept("purposeContact"),
        more.concept("ror-contact-function-contact"),
        text(more.first("description"), "valueString"),
        code(more.concept("ror-confidentiality-level")),
        tuple(_telecom(one, text(Extensions(one).first("telecomAddress"), "valueString")) for one in told),
    )


def divisions(more: Extensions) -> tuple[Division, ...] | None:
    """Where the place is, or from where it takes people in."""
    if "ror-territorial-division" not in more:
        return None
    parts = map(Extensions, more["ror-territorial-division"])
    return tuple(
        Division(one.concept("typeTerritorialDivision"), one.concept("codeTerritorialDivision"))
        for one in parts
    )
