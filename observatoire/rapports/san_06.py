"""SAN-06: who the patients are who were admitted."""

from django.db.models import F, QuerySet
from django.db.models.expressions import Combinable

from observatoire.masquage.tableau import Tableau
from observatoire.models import FaitDemande
from observatoire.rapports import criteres, cumuls, etiquettes, moteur
from observatoire.rapports.base import Cadre, Groupe, Nature, Rapport
from observatoire.rapports.communs import AXE, MODALITE, TOUS, lignes_de, nombre, part, profils, recues
from viatraj.core.droits import Domaine, Droit

COLONNES = (
    AXE,
    MODALITE,
    nombre("n", "Admissions", "Demandes dont le patient est admis, par sa date d’admission.", "admissions"),
    part("part", "Part", "Parmi toutes les admissions de la période, non renseignées comprises."),
)
AXES: dict[str, Combinable] = {
    "age": etiquettes.classe_age(),
    "sexe": F("sexe"),
    "departement": F("departement"),
    "origine": moteur.text("par_unite__nature"),
    "groupe": etiquettes.groupe_pathologies(),
}


def rows(cadre: Cadre) -> QuerySet[FaitDemande]:
    admitted = recues(cadre, Domaine.SANITAIRE).filter(admise_at__isnull=False)
    return admitted.filter(moteur.on_days(cadre, "date_admission"))


def _compute(cadre: Cadre) -> Tableau:
    return profils(rows(cadre), "admission", AXES, cadre)


def _dated(cadre: Cadre) -> Tableau:
    return profils(rows(cadre), "admission", AXES, cadre, mois=moteur.mois_of_day(cadre, "date_admission"))


tableau = cumuls.by_month("SAN-06", _compute, "date_admission", Domaine.SANITAIRE, dated=_dated)

RAPPORT = Rapport(
    code="SAN-06",
    titre="Profils des patients admis",
    resume="Âge, sexe, département, type d’unité d’origine et groupe de pathologies des patients admis.",
    ligne="une modalité d’une caractéristique",
    groupe=Groupe.SANITAIRE,
    nature=Nature.AGREGE,
    periode_sur="date d’admission",
    droit=Droit.STATISTIQUES,
    domaine=Domaine.SANITAIRE,
    niveaux=TOUS,
    colonnes=COLONNES,
    criteres=(criteres.UNITE, criteres.TYPE_SANITAIRE, criteres.GROUPE),
    lignes=lignes_de(tableau),
    estime=lambda cadre: 60,
    tableau=tableau,
)
