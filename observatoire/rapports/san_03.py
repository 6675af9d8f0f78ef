"""SAN-03: what who receives was asked, demande by demande."""

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
    RECEPTION,
    REPONSE,
    anonymes,
    counted,
    duree,
    nombre,
    recues,
)
from viatraj.core.droits import Domaine, Droit

COLONNES = (
    DOSSIER,
    Colonne(
        "provenance",
        "Provenance",
        definition=f"Établissement demandeur, ou médecin libéral. {AUJOURD_HUI}",
        largeur=34,
    ),
    Colonne("etablissement", "Établissement", definition=AUJOURD_HUI, largeur=34),
    Colonne("unite", "Unité", definition=AUJOURD_HUI, largeur=34),
    Colonne("alors", "Unité à l’époque", definition=ALORS, largeur=34),
    Colonne(
        "type", "Type demandé", definition="Tel que le volet orientation le dit aujourd’hui.", largeur=30
    ),
    ETAT,
    MOTIF,
    RECEPTION,
    REPONSE,
    Colonne("admission", "Admission", "date", "Date d’admission déclarée."),
    duree("delai_reponse", "Réception → réponse", DUREE + "Vide tant que rien n’est répondu."),
    duree("delai_admission", "Réponse → admission", DUREE + "En jours entiers, heure de Paris."),
    nombre("precisions", "Précisions demandées", "Nombre de demandes de précision.", "fois"),
)


def rows(cadre: Cadre) -> QuerySet[FaitDemande]:
    return recues(cadre, Domaine.SANITAIRE).filter(moteur.during(cadre, "envoyee_at"))


def lignes(cadre: Cadre) -> Iterator[tuple[Any, ...]]:
    columns = (
        *(
            "dossier",
            "par_etablissement__nom",
            "etablissement__nom",
            "unite__nom",
            "alors_unite__nom",
            "types",
        ),
        *("etat", "motif", "envoyee_at", "repondue_at", "date_admission", "delai_reponse", "delai_admission"),
        "precisions",
    )
    found = moteur.lines(rows(cadre).order_by("envoyee_at", "pk"), columns)
    return anonymes(cadre, map(_said, found))


def _said(row: tuple[Any, ...]) -> tuple[Any, ...]:
    dossier, provenance, etablissement, unite, alors, types, etat, motif, *rest = row
    words = etiquettes.types(types), etiquettes.etat(etat), etiquettes.motif(motif)
    return (dossier, provenance or etiquettes.MEDECINS, etablissement, unite, alors, *words, *rest)


RAPPORT = Rapport(
    code="SAN-03",
    titre="Activité du receveur\u00a0: demandes reçues",
    resume="Les demandes que vos unités ont reçues\u00a0: d’où, quelle réponse, en combien de temps.",
    ligne="une demande reçue",
    groupe=Groupe.SANITAIRE,
    nature=Nature.LIGNES,
    periode_sur="date de réception",
    droit=Droit.STATISTIQUES,
    domaine=Domaine.SANITAIRE,
    niveaux=PROPRES,
    colonnes=COLONNES,
    criteres=(
        criteres.UNITE,
        criteres.PRESCRIPTEUR,
        criteres.STATUT,
        criteres.MOTIF_SANITAIRE,
        criteres.TYPE_SANITAIRE,
    ),
    lignes=lignes,
    estime=counted(rows),
    nominal=True,
)
