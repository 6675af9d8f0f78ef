"""PH-01: what an ESMS was notified of, and what has become of it, by official codes."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from demandes.handicap.motifs import categorie_dite, motif_dit
from demandes.handicap.statuts import Statut
from demandes.models import Notification
from observatoire.rapports import criteres, moteur
from observatoire.rapports.base import Cadre, Colonne, Groupe, Nature, Rapport
from observatoire.rapports.communs import AUJOURD_HUI, PROPRES, counted, duree, nombre, oui
from observatoire.rapports.criteres import retenus
from observatoire.rapports.pseudonymes import pseudonyme
from viatraj.core.droits import Domaine, Droit

COLONNES = (
    Colonne(
        "decision",
        "Décision",
        definition="Pseudonyme propre à ce fichier\u00a0: elle en porte un autre dans chaque commande.",
    ),
    Colonne("esms", "ESMS", definition=AUJOURD_HUI, largeur=34),
    Colonne("unite", "Unité", definition=AUJOURD_HUI, largeur=34),
    Colonne("mdph", "MDPH", definition="Coordination de la MDPH qui notifie.", largeur=26),
    Colonne("categorie", "Orientation", definition="Catégorie de la décision (TRE_R244).", largeur=40),
    Colonne("statut_code", "Code du statut", definition="Code de TRE_R357 (JDV_J252).", largeur=10),
    Colonne("statut", "Statut dans l’ESMS", definition="Libellé du code.", largeur=40),
    Colonne("motif_code", "Code du motif", definition="Code de TRE_R358 (JDV_J251).", largeur=10),
    Colonne("motif", "Motif", definition="Libellé du code.", largeur=34),
    Colonne("notification", "Notification", "instant", "Envoi par la MDPH.", largeur=16),
    Colonne("depuis", "Statut du", "date", "Date du statut, telle que l’ESMS ou la MDPH l’a dite."),
    duree("anciennete", "Ancienneté", "De la notification à l’extraction, jour et nuit."),
    Colonne("validite", "Fin de validité", "date", "Dernier jour de validité de l’orientation."),
    nombre(
        "reste", "Jours restants", "Jusqu’à la fin de validité\u202f; négatif quand elle est passée.", "jours"
    ),
    Colonne(
        "echue", "Échue", definition="Oui\u00a0: la validité est passée le jour de l’extraction.", largeur=8
    ),
)


def rows(cadre: Cadre) -> QuerySet[Notification]:
    found = Notification.objects.filter(moteur.at_places(cadre.perimetre), retenus(cadre))
    return found.filter(moteur.during(cadre, "sent_at"))


def lignes(cadre: Cadre) -> Iterator[tuple[Any, ...]]:
    columns = (
        *("decision", "etablissement__nom", "unite__nom", "mdph__nom", "decision__categorie", "statut"),
        *("motif", "sent_at", "date_statut", "decision__fin"),
    )
    today = timezone.localdate(cadre.now)
    for row in moteur.lines(rows(cadre).order_by("sent_at", "pk"), columns):
        decision, esms, unite, mdph, categorie, statut, motif, sent, depuis, fin = row
        yield (
            *(pseudonyme(cadre.cle, "decision", decision), esms, unite, mdph, categorie_dite(categorie)),
            *(statut, str(Statut(statut).label), motif, motif_dit(motif), sent, depuis),
            *((cadre.now - sent) // timedelta(seconds=1), fin, (fin - today).days, oui(fin < today)),
        )


RAPPORT = Rapport(
    code="PH-01",
    titre="Notifications par ESMS et statut",
    resume="Les notifications reçues des MDPH\u00a0: orientation, statut, motif, ancienneté, validité.",
    ligne="une notification",
    groupe=Groupe.HANDICAP,
    nature=Nature.LIGNES,
    periode_sur="date de notification",
    droit=Droit.STATISTIQUES,
    domaine=Domaine.HANDICAP,
    niveaux=PROPRES,
    colonnes=COLONNES,
    criteres=(criteres.CATEGORIE, criteres.MDPH),
    lignes=lignes,
    estime=counted(rows),
    nominal=True,
    vivant=True,
)
