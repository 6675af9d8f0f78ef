"""From the ROR’s resources to the fields of our sheets, row by row of docs/fiche.md (ANN-2).

Pure: the raw resources of one établissement, and the access profile under which they were read.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from annuaire.ror import fhir
from annuaire.ror.fhir import HealthcareService, Location, Organization, Refused
from annuaire.ror.mapping import etablissement, unite
from annuaire.ror.mapping.dits import Dits, renewed
from annuaire.ror.refus import Json

__all__ = ["VERSION", "Lue", "OffreLue", "read", "renewed"]

VERSION = 1  # another one reads again what has not changed


@dataclass(frozen=True)
class OffreLue:
    """`fermee_le`: the day from which the ROR says it closed, None of an open one."""

    cle: str
    nom: str
    dits: Dits
    fermee_le: date | None


@dataclass(frozen=True)
class Lue:
    """An établissement; `textes`: the ROR's own, shown beside ours as a hint (rows 13, 14, 35)."""

    finess: str
    nom: str
    region: str
    dits: Dits
    ferme_le: date | None
    textes: dict[str, str]
    offres: tuple[OffreLue, ...]


def read(brut: Iterable[Json], *, finess: str, profil: int, today: date) -> Lue:
    """`brut`: all resources of the établissement that one run brought."""
    ressources = [fhir.read(one) for one in brut]
    sites = [one for one in ressources if isinstance(one, Organization)]
    site = next((one for one in sites if one.niveau == "EG" and one.finess == finess), None)
    if site is None:
        raise Refused(f"L’établissement {finess} n’est pas dans ce qui est arrivé.")
    entite = next((one for one in sites if site.part_of == f"Organization/{one.id}"), None)
    lieux = {f"Location/{one.id}": one for one in ressources if isinstance(one, Location)}
    offres = [_offre(one, lieux, profil, today) for one in ressources if isinstance(one, HealthcareService)]
    return Lue(
        finess=finess,
        nom=(site.nom or finess)[:200],
        region=site.region or "",
        dits=etablissement.say(site, entite, profil),
        ferme_le=_closed(site.periode and site.periode.fin, today),
        textes=_textes(site, lieux.values()),
        offres=tuple(sorted(offres, key=lambda one: one.cle)),
    )


def _textes(site: Organization, lieux: Iterable[Location]) -> dict[str, str]:
    way = next((one.description for one in lieux if one.description), None)
    told = {"descriptif": site.commentaire, "itineraire": way}
    return {code: text for code, text in told.items() if text}


def _offre(one: HealthcareService, lieux: dict[str, Location], profil: int, today: date) -> OffreLue:
    here = [lieux[name] for name in one.lieux or () if name in lieux]
    closed = one.fermeture and one.fermeture.debut
    open_again = one.fermeture and one.fermeture.fin and one.fermeture.fin <= today
    return OffreLue(
        cle=one.cle,
        nom=(one.nom or one.cle)[:200],
        dits=unite.say(one, here, profil),
        fermee_le=None if open_again else _closed(closed, today),
    )


def _closed(day: Any, today: date) -> date | None:
    return day if day and day <= today else None
