"""GA-02: who waits on a day, as it stood at its end."""

from django.db.models import Q, QuerySet, Value

from observatoire.masquage.tableau import Tableau
from observatoire.models import FaitDemande
from observatoire.rapports import criteres, cumuls, etiquettes, moteur
from observatoire.rapports.base import Cadre, Colonne, Groupe, Nature, Rapport
from observatoire.rapports.communs import (
    LIEU,
    TOUS,
    at_most,
    ensemble_de,
    lignes_de,
    nombre,
    quartiles,
    recues,
)
from observatoire.rapports.groupes import Compte, Figure
from viatraj.core.droits import Domaine, Droit

COLONNES = (
    LIEU,
    Colonne(
        "type",
        "Type d’hébergement",
        definition="Tel que le volet administratif le dit aujourd’hui.",
        largeur=30,
    ),
    Colonne(
        "urgence", "Échéance souhaitée", definition="Immédiate, dans les six mois, plus tard.", largeur=26
    ),
    nombre("n", "Demandes en cours", "Reçues, à la fin du jour dit, sans proposition ni clôture."),
    nombre(
        "attente",
        "Sur liste d’attente",
        "Parmi elles, celles que l’établissement a mises en liste d’attente.",
    ),
    *quartiles("anciennete_", "Ancienneté depuis la réception"),
)


def rows(cadre: Cadre) -> QuerySet[FaitDemande]:
    instant = moteur.instant_of(cadre)
    waiting = recues(cadre, Domaine.GRAND_AGE).filter(moteur.sought_at(instant))
    return waiting.annotate(anciennete=moteur.seconds("premier_envoi_at", Value(instant)))


def _figures(cadre: Cadre) -> tuple[Figure, ...]:
    return (
        Compte("n"),
        Compte("attente", Q(en_attente__au=moteur.instant_of(cadre)), "n"),
        *moteur.quartiles("anciennete_", "n", "anciennete"),
    )


def _compute(cadre: Cadre) -> Tableau:
    lieu = moteur.grain(cadre.perimetre)
    dimensions = {lieu: moteur.unite_of(cadre, lieu), "type": etiquettes.seul_type(), "urgence": "urgence"}
    known = moteur.fixe(cadre, is_monthly=False)
    return moteur.tableau(
        rows(cadre), "en_cours", dimensions, _figures(cadre), known=known, poids=moteur.poids(lieu)
    )


tableau = cumuls.by_photo("GA-02", _compute, Domaine.GRAND_AGE)


def ensemble(cadre: Cadre) -> Tableau:
    return ensemble_de(rows, "en_cours", _figures(cadre), weighs=True)(cadre)


RAPPORT = Rapport(
    code="GA-02",
    titre="Liste d’attente à une date",
    resume="À une date\u00a0: combien de demandes d’hébergement attendent, pour quand, depuis quand.",
    ligne="une structure, un type, une échéance",
    groupe=Groupe.GRAND_AGE,
    nature=Nature.PHOTO,
    periode_sur="à la fin du dernier jour choisi",
    droit=Droit.STATISTIQUES,
    domaine=Domaine.GRAND_AGE,
    niveaux=TOUS,
    colonnes=COLONNES,
    criteres=(
        criteres.ETABLISSEMENT,
        criteres.TYPE_GRAND_AGE,
        criteres.STRUCTURES,
    ),
    lignes=lignes_de(tableau),
    estime=at_most(12),
    tableau=tableau,
    ensemble=ensemble,
)
