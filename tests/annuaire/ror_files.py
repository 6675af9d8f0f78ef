"""Published examples of the ROR, and resources made from them with other words."""

import json
from copy import deepcopy
from functools import cache
from pathlib import Path

EXAMPLES = Path(__file__).parent / "ror"
OFFRE = "HealthcareService-ror-healthcareservice-exemple-ville.json"
LOCATION = "Location-ror-location-exemple.json"
ORGANIZATION = "Organization-ror-organization-exemple-ej.json"
PRACTITIONER = "Practitioner-ror-practitioner-exemple.json"
ROR = (OFFRE, LOCATION, ORGANIZATION, PRACTITIONER)
BASE = "https://interop.esante.gouv.fr/ig/fhir/ror/StructureDefinition/"


@cache
def _read(name: str) -> dict:
    return json.loads((EXAMPLES / name).read_text())


def published(name: str) -> dict:
    return deepcopy(_read(name))


def made(name: str, /, **fields) -> dict:
    """A published one with other fields; None leaves one out."""
    known = published(name) | fields
    return {key: value for key, value in known.items() if value is not None}


def concept(nomenclature: str, code: str, display: str = "") -> dict:
    """«TRE_R213-ModePriseEnCharge»."""
    system = f"https://mos.esante.gouv.fr/NOS/{nomenclature}/FHIR/{nomenclature.replace('_', '-', 1)}"
    return {"coding": [{"system": system, "code": code, **({"display": display} if display else {})}]}


def extension(name: str, **value) -> dict:
    return {"url": name if name[0].islower() and "-" not in name else BASE + name, **value}
