"""SAN-04: why demandes are refused, by month and structure."""

from django.db.models import QuerySet

from demandes.etats import Etat
from observatoire.masquage.tableau import Tableau
from observatoire.models import FaitDemande
from observatoire.rapports import criteres, cumuls, moteur
from observatoire.rapports.base import Cadre, Colonne, Groupe, Nature, Rapport
from observatoire.rapports.communs import LIEU, MOIS, TOUS, at_most, lignes_de, nombre, part, recues
from observatoire.rapports.groupes import Compte, Part
from viatraj.core.droits import Domaine, Droit

COLONNES = (
    MOIS,
    LIEU,
    Colonne("motif", "Motif de refus", definition="Choisi dans la liste par qui refuse.", largeur=40),
    nombre("n", "Refus", "Demandes refusées ce mois-là, qui le sont encore au dernier relevé.", "demandes"),
    part("part", "Part", "Refus pour ce motif, parmi ceux de la structure ce mois-là."),
)


def rows(cadre: Cadre) -> QuerySet[FaitDemande]:
    refused = recues(cadre, Domaine.SANITAIRE).filter(etat=Etat.REFUSEE)
    return refused.filter(moteur.during(cadre, "close_at"))


def _compute(cadre: Cadre) -> Tableau:
    lieu = moteur.grain(cadre.perimetre)
    return moteur.tableau(
        rows(cadre),
        "refus",
        {"mois": moteur.mois(cadre, "close_at"), lieu: moteur.unite_of(cadre, lieu), "motif": "motif"},
        (Compte("n"), Part("part", "n", parmi=("mois", lieu))),
        known=moteur.fixe(cadre, is_monthly=True),
        poids=moteur.poids(lieu),
    )


tableau = cumuls.by_month("SAN-04", _compute, "close_at", Domaine.SANITAIRE)

RAPPORT = Rapport(
    code="SAN-04",
    titre="Motifs de refus",
    resume="Combien de refus, pour quel motif, mois par mois et structure par structure.",
    ligne="un motif, un mois, une structure",
    groupe=Groupe.SANITAIRE,
    nature=Nature.AGREGE,
    periode_sur="date du refus",
    droit=Droit.STATISTIQUES,
    domaine=Domaine.SANITAIRE,
    niveaux=TOUS,
    colonnes=COLONNES,
    criteres=(
        criteres.UNITE,
        criteres.TYPE_SANITAIRE,
        criteres.AGE,
        criteres.STRUCTURES,
    ),
    lignes=lignes_de(tableau),
    estime=at_most(10),
    tableau=tableau,
)
