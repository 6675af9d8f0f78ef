"""What every resource says of itself, and under which numbers it is known."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from annuaire.ror.fhir.formes import Code, code_of, concept, moment, text, thing, things
from annuaire.ror.refus import Json, Refused

PROFILES = "ror-"  # of those that a resource may say to follow, the last word begins so
REGION = "TRE_R30"
# TRE_G07, TRE_R345 and TRE_R354, by the addresses that stand where no type is given.
FINESS, SIREN, SIRET, LIEU, NATIONAL, INTERNE = "1", "2", "3", "25", "40", "42"
SYSTEMS = {"finess.esante.gouv.fr": FINESS, "1.2.250.1.71.4.2.2": NATIONAL, "oi.esante.gouv.fr": INTERNE}


@dataclass(frozen=True, slots=True)
class Resource:
    """`id` is the server’s own, and may change: only keys are kept. `region`: TRE_R30, its source."""

    id: str
    maj: datetime
    region: str | None


def meta(resource: Json) -> tuple[str, datetime, str | None]:
    about = thing(resource, "meta") or {}
    profiles = about.get("profile")
    if profiles and not any(_is_of_the_ror(one) for one in profiles):
        raise Refused("elle suit un autre profil que ceux du ROR.")
    maj = moment(about, "lastUpdated")
    if maj is None:
        raise Refused("elle ne dit pas quand elle a été mise à jour.")
    tags = filter(None, (code_of(one) for one in things(about, "tag") or ()))
    regions = [one.code for one in tags if one.nomenclature == REGION]
    return resource["id"], maj, regions[0] if regions else None


def _is_of_the_ror(profile: Any) -> bool:
    return isinstance(profile, str) and profile.rpartition("/")[2].startswith(PROFILES)


def identifiants(said: Json) -> dict[str, str]:
    """By their type; where only the address is given, it says the type, or the length of the number does."""
    found = {}
    for one in things(said, "identifier") or ():
        value, genre = text(one, "value"), concept(one, "type")
        system = (text(one, "system") or "").rpartition("//")[2].rpartition(":")[2]
        named = genre.code if genre else SYSTEMS.get(system)
        if named is None and system == "sirene.fr" and value:
            named = SIRET if len(value) == 14 else SIREN
        if named and value:
            found[named] = value
    return found


def first(codes: tuple[Code, ...], nomenclatures: tuple[str, ...]) -> Code | None:
    return next((one for name in nomenclatures for one in codes if one.nomenclature == name), None)
