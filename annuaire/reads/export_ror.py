"""The list that the ROR side reads of us, which the report of deployment shows too: stable columns (ANN-1).

As `view_V_DIM_SynchroRORVT` of ansforge/ROR-indicateurs-BI-SQL reads it; of domaines it names only one code.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from annuaire.models import Etablissement, Releve, Synchronisation, Unite
from viatraj.core.droits import Domaine

HEADS = (
    "Finess",
    "NomEtablissement",
    "CodeRegion",
    "Domaine",
    "EtatVT",
    "EtatSynchronisationROR",
    "DateSynchronisation",
)
HANDICAP = "4"
OUVERT, FERME = "Ouvert", "Fermeture Définitive"
SLICE = 500


class Ligne(NamedTuple):
    """What `HEADS` names, in its order; `date`: ISO, "" when it was never synchronised."""

    finess: str
    nom: str
    region: str
    domaine: str
    etat: str
    synchronisation: str
    date: str


def rows(among: QuerySet[Etablissement] | None = None) -> Iterator[Ligne]:
    """One for each établissement that has a number and each of its domaines, by FINESS number.

    `among`: some of them alone, as whoever asks may see.
    """
    for _, lignes in each(among):
        yield from lignes


def each(
    among: QuerySet[Etablissement] | None = None,
) -> Iterator[tuple[Etablissement, list[Ligne]]]:
    """The same by établissement, for a report that says more of it."""
    last = _last_run()
    units = Unite.objects.filter(closed_at=None).only("domaine", "etablissement_id")
    asked = Etablissement.objects.all() if among is None else among
    found = asked.filter(finess__isnull=False).select_related("coordination__region")
    found = found.prefetch_related(Prefetch("unites", units)).order_by("finess")
    for one in found.iterator(chunk_size=SLICE):
        yield one, [_ligne(one, domaine, last) for domaine in _domaines(one)]


def _domaines(one: Etablissement) -> list[str]:
    told = {unite.domaine for unite in one.unites.all() if unite.domaine}
    return sorted({*told, *one.fiche.get("domaines", ())} or {""})


def _ligne(one: Etablissement, domaine: str, last: datetime | None) -> Ligne:
    return Ligne(
        finess=one.finess or "",
        nom=one.nom,
        region=one.coordination.region.code,
        domaine=_domaine(domaine),
        etat=FERME if one.closed_at else OUVERT,
        synchronisation=one.get_synchronisation_display(),
        date=_day(one, last),
    )


def _domaine(value: str) -> str:
    if value == Domaine.HANDICAP:
        return HANDICAP
    return str(Domaine(value).label) if value else ""


def _day(one: Etablissement, last: datetime | None) -> str:
    """When it was last known to be as the ROR says: the last run, of what is synchronised and whole."""
    known = one.synchronise_le
    if one.synchronisation == Synchronisation.ACTIVE and last is not None:
        known = max(last, known or last)
    return timezone.localdate(known).isoformat() if known else ""


def _last_run() -> datetime | None:
    done = Releve.objects.filter(etat=Releve.Etat.FINI).order_by("-pk").first()
    return done.commence_le if done else None
