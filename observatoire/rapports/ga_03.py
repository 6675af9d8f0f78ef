"""GA-03: who the people are who seek a place."""

from django.db.models import Case, CharField, F, QuerySet, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast

from observatoire.masquage.tableau import Tableau
from observatoire.models import FaitDossier
from observatoire.rapports import criteres, cumuls, etiquettes, moteur
from observatoire.rapports.base import Cadre, Groupe, Nature, Rapport
from observatoire.rapports.communs import AXE, MODALITE, TOUS, lignes_de, nombre, part, profils, recherches
from observatoire.rapports.criteres import retenus
from viatraj.core.droits import Domaine, Droit, Orientation

COLONNES = (
    AXE,
    MODALITE,
    nombre(
        "n",
        "Dossiers",
        "Dossiers créés pendant la période, reçus un jour par une de ces structures.",
        "dossiers",
    ),
    part("part", "Part", "Parmi tous ces dossiers, non renseignés compris."),
)
AXES: dict[str, Combinable] = {
    "age": etiquettes.classe_age(),
    "sexe": F("sexe"),
    "gir": Cast("gir", CharField()),
    "lieu_vie": F("lieu_vie"),
    "aide_sociale": Case(
        When(aide_sociale=True, then=Value("oui")), default=Value("non"), output_field=CharField()
    ),
    "departement": F("departement"),
}


def rows(cadre: Cadre) -> QuerySet[FaitDossier]:
    if not cadre.perimetre:
        return FaitDossier.objects.none()
    made = moteur.during(cadre, "cree_at")
    found = FaitDossier.objects.filter(made, orientation=Orientation.GRAND_AGE)
    return found.filter(recherches(cadre, made), retenus(cadre))


def _compute(cadre: Cadre) -> Tableau:
    return profils(rows(cadre), "demandeur", AXES, cadre)


def _dated(cadre: Cadre) -> Tableau:
    return profils(rows(cadre), "demandeur", AXES, cadre, mois=moteur.mois(cadre, "cree_at"))


tableau = cumuls.by_month("GA-03", _compute, "cree_at", Domaine.GRAND_AGE, dated=_dated)

RAPPORT = Rapport(
    code="GA-03",
    titre="Profils des demandeurs d’hébergement",
    resume="Âge, sexe, GIR, lieu de vie, aide sociale et département des personnes qui cherchent une place.",
    ligne="une modalité d’une caractéristique",
    groupe=Groupe.GRAND_AGE,
    nature=Nature.AGREGE,
    periode_sur="date de création du dossier",
    droit=Droit.STATISTIQUES,
    domaine=Domaine.GRAND_AGE,
    niveaux=TOUS,
    colonnes=COLONNES,
    criteres=(criteres.TYPE_GRAND_AGE,),
    lignes=lignes_de(tableau),
    estime=lambda cadre: 60,
    tableau=tableau,
)
