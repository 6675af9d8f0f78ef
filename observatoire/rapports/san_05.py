"""SAN-05: how long it takes, by month and structure; what still waits is counted apart."""

from django.db.models import Q, QuerySet

from observatoire.masquage.tableau import Tableau
from observatoire.models import FaitDemande
from observatoire.rapports import criteres, cumuls, moteur
from observatoire.rapports.base import Cadre, Groupe, Nature, Rapport
from observatoire.rapports.communs import (
    LIEU,
    MOIS,
    TOUS,
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
    LIEU,
    nombre(
        "n",
        "Demandes",
        "Demandes envoyées ce mois-là (dernier envoi de chacune) ; pour vos structures, un critère "
        "compte en place celles dont l’admission est de ce mois.",
    ),
    *quartiles("envoi_", "Création du dossier → envoi"),
    nombre("repondues", "Répondues", "Parmi elles, celles qui ont eu une première réponse."),
    nombre(
        "sans_reponse", "Sans réponse", "Parmi elles, celles qui n’ont eu aucune réponse au dernier relevé."
    ),
    *quartiles("reponse_", "Envoi → première réponse"),
    nombre("admises", "Admises", "Parmi elles, celles dont le patient est admis."),
    *quartiles("admission_", "Réponse → admission"),
)
FIGURES = (
    Compte("n"),
    *moteur.quartiles("envoi_", "n", "delai_creation"),
    Compte("repondues", Q(delai_reponse__isnull=False), "n"),
    Compte("sans_reponse", Q(delai_reponse=None), "n"),
    *moteur.quartiles("reponse_", "repondues", "delai_reponse"),
    Compte("admises", Q(delai_admission__isnull=False), "n"),
    *moteur.quartiles("admission_", "admises", "delai_admission"),
)


def _by_admission(cadre: Cadre) -> bool:
    """Of one’s own, if that is chosen: those admitted alone, in the month that they were."""
    return criteres.ADMISSION in cadre.choisis("date")


def rows(cadre: Cadre) -> QuerySet[FaitDemande]:
    on_days = moteur.on_days(cadre, "date_admission")
    when = on_days if _by_admission(cadre) else moteur.during(cadre, "envoyee_at")
    sent = recues(cadre, Domaine.SANITAIRE).filter(when)
    return sent.annotate(delai_creation=moteur.seconds("cree_at", "envoyee_at"))


def _compute(cadre: Cadre) -> Tableau:
    lieu = moteur.grain(cadre.perimetre)
    admitted, sent = moteur.mois_of_day(cadre, "date_admission"), moteur.mois(cadre, "envoyee_at")
    month = admitted if _by_admission(cadre) else sent
    dimensions = {"mois": month, lieu: moteur.unite_of(cadre, lieu)}
    known = moteur.fixe(cadre, is_monthly=True)
    return moteur.tableau(rows(cadre), "demande", dimensions, FIGURES, known=known, poids=moteur.poids(lieu))


tableau = cumuls.by_month("SAN-05", _compute, "envoyee_at", Domaine.SANITAIRE)

RAPPORT = Rapport(
    code="SAN-05",
    titre="Délais de réponse et d’admission",
    resume=(
        "Médiane, quartiles et neuvième décile des délais, de la création à l’envoi, à la réponse, à "
        "l’admission\u202f; les demandes restées sans réponse sont comptées à part."
    ),
    ligne="un mois, une structure",
    groupe=Groupe.SANITAIRE,
    nature=Nature.AGREGE,
    periode_sur="date d’envoi",
    droit=Droit.STATISTIQUES,
    domaine=Domaine.SANITAIRE,
    niveaux=TOUS,
    colonnes=COLONNES,
    criteres=(
        criteres.UNITE,
        criteres.TYPE_SANITAIRE,
        criteres.GROUPE,
        criteres.PAR_ADMISSION,
        criteres.STRUCTURES,
    ),
    lignes=lignes_de(tableau),
    estime=at_most(1),
    tableau=tableau,
    ensemble=ensemble_de(rows, "demande", FIGURES, weighs=True),
)
