"""The list that the ROR side reads of us, which DEP-01 shows too: stable names of columns (ANN-1).

As `view_V_DIM_SynchroRORVT` of ansforge/ROR-indicateurs-BI-SQL reads it; of domaines it names only one code.
"""

from collections.abc import Iterator
from datetime import datetime

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


def rows(among: QuerySet[Etablissement] | None = None) -> Iterator[list[str]]:
    """One for each établissement and domaine, by FINESS number; of these établissements, of all unsaid."""
    last = _last_run()
    units = Unite.objects.filter(closed_at=None).only("domaine", "etablissement_id")
    known = Etablissement.objects.all() if among is None else among
    found = known.filter(finess__isnull=False).select_related("coordination__region")
    for one in (
        found.prefetch_related(Prefetch("unites", units)).order_by("finess").iterator(chunk_size=SLICE)
    ):
        told = {unite.domaine for unite in one.unites.all() if unite.domaine}
        for domaine in sorted({*told, *one.fiche.get("domaines", ())} or {""}):
            yield [
                one.finess or "",
                one.nom,
                one.coordination.region.code,
                _domaine(domaine),
                FERME if one.closed_at else OUVERT,
                one.get_synchronisation_display(),
                _day(one, last),
            ]


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
