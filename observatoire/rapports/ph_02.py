"""PH-02: who waits for a unit of an ESMS on a day, as it stood at its end."""

from django.db.models import F, OuterRef, QuerySet, Subquery, Value

from demandes.handicap.statuts import StatutUnite
from demandes.models import EtapeNotification, Notification
from observatoire.masquage.tableau import Tableau
from observatoire.models import cles
from observatoire.rapports import criteres, moteur
from observatoire.rapports.base import Cadre, Colonne, Groupe, Nature, Rapport
from observatoire.rapports.communs import LIEU, TOUS, at_most, ensemble_de, lignes_de, nombre, quartiles
from observatoire.rapports.criteres import retenus
from observatoire.rapports.groupes import Compte
from viatraj.core.droits import Domaine, Droit, Niveau

LISTES = tuple(one.value for one in (StatutUnite.ANALYSE, StatutUnite.ADMISSIBLE, StatutUnite.ADMIS))
COLONNES = (
    LIEU,
    Colonne("categorie", "Orientation", definition="Catégorie de la décision (TRE_R244).", largeur=40),
    Colonne(
        "statut_unite",
        "Statut dans l’unité",
        definition="Statut de liste d’attente (TRE_R357, JDV_J253) à la fin du jour dit.",
        largeur=40,
    ),
    Colonne(
        "mode",
        "Mode de prise en charge",
        definition="Hébergement, accueil de jour ou de nuit (TRE_R213), tel qu’aujourd’hui.",
        largeur=24,
    ),
    nombre("n", "Personnes en attente", "Notifications dont c’est le statut ce jour-là.", "notifications"),
    *quartiles("anciennete_", "Ancienneté depuis la notification"),
)
FIGURES = (Compte("n"), *moteur.quartiles("anciennete_", "n", "anciennete"))


def rows(cadre: Cadre) -> QuerySet[Notification]:
    """Where it lies today; its status in the unit is the last that was said by then."""
    instant = moteur.instant_of(cadre)
    steps = EtapeNotification.objects.filter(
        notification=OuterRef("pk"), niveau=Niveau.UNITE, at__lt=instant
    ).order_by("-version")
    found = Notification.objects.filter(
        moteur.at_places(cadre.perimetre), retenus(cadre), sent_at__lt=instant
    )
    return found.annotate(
        alors=Subquery(steps.values("after")[:1]),
        anciennete=moteur.seconds("sent_at", Value(instant)),
        personne=cles.of_person("decision__"),
        ligne=cles.of_row("notification"),
    ).filter(alors__in=LISTES)


def tableau(cadre: Cadre) -> Tableau:
    lieu = moteur.grain(cadre.perimetre)
    dimensions = {lieu: lieu, "categorie": "decision__categorie", "statut_unite": F("alors"), "mode": "mode"}
    known = moteur.fixe(cadre, is_monthly=False)
    return moteur.tableau(rows(cadre), "handicap_attente", dimensions, FIGURES, known=known)


RAPPORT = Rapport(
    code="PH-02",
    titre="Listes d’attente des ESMS à une date",
    resume="À une date\u00a0: combien de personnes attendent, pour quelle unité, quel mode, depuis quand.",
    ligne="une structure, une orientation, un statut, un mode",
    groupe=Groupe.HANDICAP,
    nature=Nature.PHOTO,
    periode_sur="à la fin du dernier jour choisi",
    droit=Droit.STATISTIQUES,
    domaine=Domaine.HANDICAP,
    niveaux=TOUS,
    colonnes=COLONNES,
    criteres=(criteres.CATEGORIE,),
    lignes=lignes_de(tableau),
    estime=at_most(20),
    tableau=tableau,
    ensemble=ensemble_de(rows, "handicap_attente", FIGURES),
    vivant=True,
)
