"""GA-04: how long médecins traitants take to fill the volet médical, by their commune."""

from django.db.models import Q, QuerySet

from observatoire.masquage.tableau import Tableau
from observatoire.models import FaitDossier
from observatoire.rapports import criteres, moteur
from observatoire.rapports.base import Cadre, Colonne, Groupe, Nature, Rapport
from observatoire.rapports.communs import (
    TERRITOIRES,
    at_most,
    ensemble_de,
    lignes_de,
    nombre,
    quartiles,
    recherches,
)
from observatoire.rapports.criteres import retenus
from observatoire.rapports.groupes import Compte
from viatraj.core.droits import Domaine, Droit, Orientation

COLONNES = (
    Colonne(
        "commune",
        "Commune du médecin",
        definition="Celle de son exercice dans l’annuaire national.",
        largeur=30,
    ),
    nombre(
        "n", "Dossiers acceptés", "Dossiers d’hébergement acceptés par leur médecin traitant.", "dossiers"
    ),
    nombre("valides", "Volets validés", "Parmi eux, ceux dont le volet médical est validé.", "dossiers"),
    nombre(
        "en_attente", "Volets attendus", "Parmi eux, ceux dont il ne l’est pas au dernier relevé.", "dossiers"
    ),
    *quartiles("validation_", "Acceptation → validation"),
)
FIGURES = (
    Compte("n"),
    Compte("valides", Q(medical_at__isnull=False), "n"),
    Compte("en_attente", Q(medical_at=None), "n"),
    *moteur.quartiles("validation_", "valides", "validation"),
)


def rows(cadre: Cadre) -> QuerySet[FaitDossier]:
    """Of dossiers that were asked of these territories; a volet validated before took no time."""
    accepted = FaitDossier.objects.filter(
        moteur.during(cadre, "accepte_at"), orientation=Orientation.GRAND_AGE
    )
    found = accepted.filter(recherches(cadre), retenus(cadre))
    return found.annotate(validation=moteur.seconds("accepte_at", "medical_at"))


def tableau(cadre: Cadre) -> Tableau:
    known = moteur.fixe(cadre, is_monthly=False)
    return moteur.tableau(
        rows(cadre), "traitant", {"commune": moteur.text("traitant__commune")}, FIGURES, known=known
    )


RAPPORT = Rapport(
    code="GA-04",
    titre="Médecins traitants\u00a0: délai du volet médical",
    resume="En combien de temps le volet médical est validé après l’acceptation, par commune d’exercice.",
    ligne="une commune",
    groupe=Groupe.GRAND_AGE,
    nature=Nature.AGREGE,
    periode_sur="date d’acceptation par le médecin",
    droit=Droit.STATISTIQUES,
    domaine=Domaine.GRAND_AGE,
    niveaux=TERRITOIRES,
    colonnes=COLONNES,
    criteres=(criteres.DEPARTEMENT,),
    lignes=lignes_de(tableau),
    estime=at_most(100),
    tableau=tableau,
    ensemble=ensemble_de(rows, "traitant", FIGURES),
)
