"""SAN-09: what the CPAM was asked by the programme PRADO."""

from django.db.models import Q, QuerySet

from demandes.etats import Etat
from observatoire.masquage.tableau import Tableau
from observatoire.models import FaitDemande
from observatoire.rapports import criteres, cumuls, moteur
from observatoire.rapports.base import Cadre, Colonne, Groupe, Nature, Rapport
from observatoire.rapports.communs import (
    MOIS,
    TERRITOIRES,
    at_most,
    ensemble_de,
    lignes_de,
    nombre,
    quartiles,
    recues,
)
from observatoire.rapports.groupes import Compte
from viatraj.core.droits import Domaine, Droit

COLONNES = (
    MOIS,
    Colonne(
        "par_etablissement",
        "Établissement demandeur",
        definition="Qui a signalé le patient à la CPAM.",
        largeur=40,
    ),
    nombre("n", "Signalements", "Demandes envoyées à la CPAM ce mois-là.", "demandes"),
    nombre("admises", "Prises en charge", "Parmi eux, ceux dont le retour à domicile est pris en charge."),
    nombre("refusees", "Refusés", "Parmi eux, ceux que la CPAM a refusés."),
    nombre("sans_reponse", "Sans réponse", "Parmi eux, ceux qui n’ont eu aucune réponse au dernier relevé."),
    nombre("repondues", "Répondus", "Parmi eux, ceux qui ont eu une première réponse."),
    *quartiles("reponse_", "Signalement → première réponse"),
)
FIGURES = (
    Compte("n"),
    Compte("admises", Q(etat=Etat.ADMIS), "n"),
    Compte("refusees", Q(etat=Etat.REFUSEE), "n"),
    Compte("sans_reponse", Q(delai_reponse=None), "n"),
    Compte("repondues", Q(delai_reponse__isnull=False), "n"),
    *moteur.quartiles("reponse_", "repondues", "delai_reponse"),
)


def rows(cadre: Cadre) -> QuerySet[FaitDemande]:
    return recues(cadre, Domaine.CPAM).filter(moteur.during(cadre, "envoyee_at"))


def _compute(cadre: Cadre) -> Tableau:
    dimensions = {"mois": moteur.mois(cadre, "envoyee_at"), "par_etablissement": "par_etablissement"}
    known = moteur.fixe(cadre, is_monthly=True)
    return moteur.tableau(rows(cadre), "prado", dimensions, FIGURES, known=known)


tableau = cumuls.by_month("SAN-09", _compute, "envoyee_at", Domaine.CPAM)

RAPPORT = Rapport(
    code="SAN-09",
    titre="PRADO\u00a0: retours à domicile signalés à la CPAM",
    resume="Les patients signalés à la CPAM, par quel établissement, et ce qu’elle a répondu.",
    ligne="un mois, un établissement",
    groupe=Groupe.SANITAIRE,
    nature=Nature.AGREGE,
    periode_sur="date du signalement",
    droit=Droit.STATISTIQUES,
    domaine=Domaine.CPAM,
    niveaux=TERRITOIRES,
    colonnes=COLONNES,
    criteres=(criteres.GROUPE,),
    lignes=lignes_de(tableau),
    estime=at_most(20),
    tableau=tableau,
    ensemble=ensemble_de(rows, "prado", FIGURES),
)
