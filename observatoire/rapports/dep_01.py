"""DEP-01: structures and their synchronisation, with the very columns that the ROR side reads."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db.models import Count, Max, Q, QuerySet
from django.utils import timezone

from annuaire.models import Etablissement, Modification, Unite
from annuaire.reads import export_ror
from habilitations.models import Habilitation
from habilitations.profils import REFERENT_STRUCTURE
from observatoire.perimetres import Perimetre
from observatoire.rapports import criteres
from observatoire.rapports.base import Cadre, Colonne, Groupe, Nature, Rapport
from observatoire.rapports.communs import TERRITOIRES, nombre
from viatraj.core.droits import Droit, Niveau

COLONNES = (
    Colonne("finess", "Finess", definition="Numéro FINESS géographique.", largeur=12),
    Colonne("nom", "NomEtablissement", definition="Nom dans l’annuaire.", largeur=44),
    Colonne("region", "CodeRegion", definition="Code officiel géographique de la région.", largeur=10),
    Colonne(
        "domaine",
        "Domaine",
        definition="«\u00a04\u00a0» pour le handicap, comme le lit le ROR\u202f; le nom des autres.",
        largeur=16,
    ),
    Colonne("etat", "EtatVT", definition="Ouvert, ou Fermeture Définitive.", largeur=22),
    Colonne("synchro", "EtatSynchronisationROR", definition="Les mots mêmes du ROR.", largeur=34),
    Colonne("date", "DateSynchronisation", "date", "Dernier relevé qui l’a confirmé.", largeur=18),
    nombre("unites", "Unités ouvertes", "Unités qui ne sont pas fermées.", "unités"),
    nombre(
        "referents", "Référents valides", "Référents structure dont l’habilitation vaut ce jour.", "personnes"
    ),
    Colonne(
        "maj",
        "Dernière mise à jour",
        "instant",
        "Dernière modification de la fiche de l’établissement ou de l’une de ses unités.",
        largeur=18,
    ),
)


def _places(perimetre: Perimetre) -> Q:
    if perimetre.national:
        return Q()
    return (
        Q(pk__in=perimetre.etablissements)
        | Q(coordination__in=perimetre.coordinations)
        | Q(coordination__region__in=perimetre.regions)
    )


def rows(cadre: Cadre) -> QuerySet[Etablissement]:
    found = Etablissement.objects.filter(_places(cadre.perimetre), finess__isnull=False)
    if regions := cadre.choisis("region"):
        found = found.filter(coordination__region__code__in=regions)
    return found


def lignes(cadre: Cadre) -> Iterator[tuple[Any, ...]]:
    found = rows(cadre)
    known = dict(found.values_list("finess", "pk"))
    unites = _counts(Unite.objects.filter(etablissement__in=found, closed_at=None), "etablissement")
    referents = _counts(_referents(found, timezone.localdate(cadre.now)), "etablissement", "user")
    updated = _updated(found)
    wanted = set(cadre.choisis("domaine"))
    for finess, nom, region, domaine, etat, synchro, day in export_ror.rows(found):
        if wanted and domaine not in wanted:
            continue
        pk = known[finess]
        said = date.fromisoformat(day) if day else None
        yield (
            *(finess, nom, region, domaine, etat, synchro, said),
            *(unites.get(pk, 0), referents.get(pk, 0), updated.get(pk)),
        )


def _referents(found: QuerySet[Etablissement], today: date) -> QuerySet[Habilitation]:
    held = Habilitation.objects.in_force(today).filter(user__disabled_at=None)
    return held.filter(profil=REFERENT_STRUCTURE.code, niveau=Niveau.ETABLISSEMENT, etablissement__in=found)


def _counts(rows: QuerySet, column: str, what: str = "pk") -> dict[int, int]:
    return dict(rows.order_by().values_list(column).annotate(n=Count(what, distinct=True)))


def _updated(found: QuerySet[Etablissement]) -> dict[int, Any]:
    own = Modification.objects.filter(etablissement__in=found).order_by()
    units = Modification.objects.filter(unite__etablissement__in=found).order_by()
    last: dict[int, Any] = {}
    for rows in (own.values_list("etablissement"), units.values_list("unite__etablissement")):
        for pk, at in rows.annotate(at=Max("le")):
            last[pk] = max(at, last.get(pk, at))
    return last


RAPPORT = Rapport(
    code="DEP-01",
    titre="Structures et synchronisation avec le ROR",
    resume="Chaque structure\u00a0: son état, sa synchronisation avec le ROR, ses unités, ses référents.",
    ligne="un établissement et un domaine",
    groupe=Groupe.DEPLOIEMENT,
    nature=Nature.PHOTO,
    periode_sur="",
    droit=Droit.DEPLOIEMENT,
    domaine="",
    niveaux=(*TERRITOIRES, Niveau.ETABLISSEMENT),
    colonnes=COLONNES,
    criteres=(criteres.REGION, criteres.DOMAINE),
    lignes=lignes,
    estime=lambda cadre: rows(cadre).count(),
    vivant=True,
)
