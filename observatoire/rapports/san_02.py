"""SAN-02: what a prescripteur has sent, demande by demande."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from observatoire.models import FaitDemande
from observatoire.rapports import criteres, etiquettes, moteur
from observatoire.rapports.base import Cadre, Colonne, Groupe, Nature, Rapport
from observatoire.rapports.communs import (
    ALORS,
    AUJOURD_HUI,
    DOSSIER,
    DUREE,
    ETAT,
    MOTIF,
    PROPRES,
    REPONSE,
    anonymes,
    counted,
    duree,
    envoyees,
    nombre,
)
from viatraj.core.droits import Domaine, Droit, Orientation

COLONNES = (
    DOSSIER,
    Colonne("par_unite", "Unité demandeuse", definition=AUJOURD_HUI, largeur=34),
    Colonne("etablissement", "Établissement receveur", definition=AUJOURD_HUI, largeur=34),
    Colonne("unite", "Unité receveuse", definition=AUJOURD_HUI, largeur=34),
    Colonne("alors", "Unité receveuse à l’époque", definition=ALORS, largeur=34),
    ETAT,
    MOTIF,
    Colonne(
        "envoi", "Envoi", "instant", "Dernier envoi\u00a0: une demande réactivée repart de là.", largeur=16
    ),
    Colonne("ouverture", "Consultation", "instant", "Première ouverture par le receveur.", largeur=16),
    REPONSE,
    Colonne("admission", "Admission", "date", "Date d’admission déclarée."),
    duree("delai_ouverture", "Envoi → consultation", DUREE + "Vide tant qu’elle n’est pas ouverte."),
    duree("delai_reponse", "Envoi → réponse", DUREE + "Vide tant que rien n’est répondu."),
    duree("delai_admission", "Réponse → admission", DUREE + "En jours entiers, heure de Paris."),
    nombre("precisions", "Précisions demandées", "Nombre de demandes de précision du receveur.", "fois"),
    nombre("relances", "Relances", "Nombre de relances du demandeur.", "fois"),
)


def rows(cadre: Cadre) -> QuerySet[FaitDemande]:
    return envoyees(cadre, Orientation.SANITAIRE).filter(moteur.during(cadre, "envoyee_at"))


def lignes(cadre: Cadre) -> Iterator[tuple[Any, ...]]:
    columns = (
        *("dossier", "par_unite__nom", "etablissement__nom", "unite__nom", "alors_unite__nom", "etat"),
        *("motif", "envoyee_at", "ouverte_at", "repondue_at", "date_admission", "delai_ouverture"),
        *("delai_reponse", "delai_admission", "precisions", "relances"),
    )
    found = moteur.lines(rows(cadre).order_by("envoyee_at", "pk"), columns)
    words = ((*row[:5], etiquettes.etat(row[5]), etiquettes.motif(row[6]), *row[7:]) for row in found)
    return anonymes(cadre, words)


RAPPORT = Rapport(
    code="SAN-02",
    titre="Activité du prescripteur\u00a0: demandes",
    resume="Les demandes que vos unités ont envoyées\u00a0: à qui, quelle réponse, en combien de temps.",
    ligne="une demande envoyée",
    groupe=Groupe.SANITAIRE,
    nature=Nature.LIGNES,
    periode_sur="date d’envoi",
    droit=Droit.STATISTIQUES,
    domaine=Domaine.SANITAIRE,
    niveaux=PROPRES,
    colonnes=COLONNES,
    criteres=(
        criteres.UNITE_DEMANDEUSE,
        criteres.TYPE_SANITAIRE,
        criteres.GROUPE,
        criteres.RECEVEUR,
        criteres.STATUT,
    ),
    lignes=lignes,
    estime=counted(rows),
    nominal=True,
)
