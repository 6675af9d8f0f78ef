"""The resources of the ROR that we read, each with what the mapping table needs of it (docs/fiche.md, ANN-2).

By hand over `json` (docs/adr/0068). Resources have FHIR’s names, their fields ours.
"""

from collections.abc import Callable
from dataclasses import dataclass

from annuaire.ror.fhir import location, offre, organization
from annuaire.ror.fhir.formes import ID, references, text, thing, things
from annuaire.ror.fhir.location import Location
from annuaire.ror.fhir.offre import HealthcareService
from annuaire.ror.fhir.organization import Organization
from annuaire.ror.fhir.resource import Resource, meta
from annuaire.ror.refus import Json, Refused
from viatraj.core.reading import reads

__all__ = [
    "HealthcareService",
    "Location",
    "OperationOutcome",
    "Organization",
    "Practitioner",
    "PractitionerRole",
    "Read",
    "Refused",
    "Resource",
    "read",
]


@dataclass(frozen=True, slots=True)
class Practitioner(Resource):
    """Somebody, of whom nothing is kept: the sheet names functions, never people."""


@dataclass(frozen=True, slots=True)
class PractitionerRole(Resource):
    """That somebody works for offers; nothing of him either."""

    offres: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class OperationOutcome:
    """What a server says of what it could not do. `graves`: sentences of errors; others are advice."""

    graves: tuple[str, ...]
    conseils: tuple[str, ...]


Read = Organization | HealthcareService | Location | Practitioner | PractitionerRole | OperationOutcome
READERS: dict[str, Callable[..., Read]] = {
    "Organization": organization.read,
    "HealthcareService": offre.read,
    "Location": location.read,
    "Practitioner": lambda said, *about: Practitioner(*about),
    "PractitionerRole": lambda said, *about: PractitionerRole(*about, references(said, "healthcareService")),
}


@reads(Refused, lambda: Refused("Cette ressource n’a pas la forme de celles du ROR."))
def read(resource: Json) -> Read:
    """One of the six, or `Refused`, which names the resource when it can be named."""
    genre = text(resource, "resourceType") or ""
    if genre == "OperationOutcome":
        return outcome(resource)
    if not genre:
        raise Refused("Cet objet n’est pas une ressource FHIR.")
    if genre not in READERS:
        raise Refused(f"Le ROR ne publie pas de ressource «\u00a0{genre[:60]}\u00a0» que nous lisions.")
    named = text(resource, "id") or ""
    if not ID.fullmatch(named):
        raise Refused(f"Une ressource {genre} n’a pas d’identifiant.")
    name = f"{genre}/{named}"
    try:
        return READERS[genre](resource, *meta(resource))
    except Refused as error:
        raise Refused(f"{name}\u00a0: {error}", ressource=name) from error


def outcome(said: Json) -> OperationOutcome:
    graves, conseils = [], []
    for one in things(said, "issue") or ():
        words = text(one, "diagnostics") or text(thing(one, "details") or {}, "text") or text(one, "code")
        kind = graves if text(one, "severity") in ("fatal", "error") else conseils
        kind.append(" ".join((words or "").split())[:300])
    return OperationOutcome(tuple(graves), tuple(conseils))
