"""TND-02: what a platform of coordination and orientation was asked, demande by demande."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from observatoire.models import FaitDemande
from observatoire.rapports import etiquettes, moteur, tnd_01
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
)
from observatoire.rapports.criteres import STATUT, UNITE
from viatraj.core.droits import Domaine, Droit

COLONNES = (
    DOSSIER,
    Colonne("etablissement", "Établissement", definition=AUJOURD_HUI, largeur=34),
    Colonne("unite", "Plateforme", definition=AUJOURD_HUI, largeur=34),
    Colonne("alors", "Plateforme à l’époque", definition=ALORS, largeur=34),
    Colonne(
        "age_mois", "Âge", "int", "Âge de l’enfant en mois révolus, à la création du dossier.", "mois", 10
    ),
    Colonne(
        "adresseur",
        "Adresseur",
        definition="Spécialité du médecin qui adresse\u202f; pour un service, «\u00a0Établissement\u00a0».",
        largeur=30,
    ),
    ETAT,
    MOTIF,
    RECEPTION,
    REPONSE,
    duree("delai_reponse", "Réception → réponse", DUREE + "Vide tant que rien n’est répondu."),
    nombre("precisions", "Précisions demandées", "Nombre de demandes de précision.", "fois"),
)
SERVICE = "Établissement"


def rows(cadre: Cadre) -> QuerySet[FaitDemande]:
    return tnd_01.rows(cadre)


def lignes(cadre: Cadre) -> Iterator[tuple[Any, ...]]:
    columns = (
        *("dossier", "etablissement__nom", "unite__nom", "alors_unite__nom", "mois_de_vie"),
        *("par_professionnel", "par_professionnel__specialite", "etat", "motif", "envoyee_at"),
        *("repondue_at", "delai_reponse", "precisions"),
    )
    found = moteur.lines(rows(cadre).order_by("envoyee_at", "pk"), columns)
    return anonymes(cadre, map(_said, found))


def _said(row: tuple[Any, ...]) -> tuple[Any, ...]:
    *places, age, medecin, specialite, etat, motif, envoyee, repondue, delai, precisions = row
    adresseur = SERVICE if medecin is None else specialite or etiquettes.UNKNOWN
    words = etiquettes.etat(etat), etiquettes.motif(motif)
    return (*places, age, adresseur, *words, envoyee, repondue, delai, precisions)


RAPPORT = Rapport(
    code="TND-02",
    titre="Activité de la plateforme TND (PCO)\u00a0: demandes reçues",
    resume="Les demandes que votre plateforme a reçues\u00a0: l’âge, l’adresseur, la réponse, le délai.",
    ligne="une demande reçue",
    groupe=Groupe.HANDICAP,
    nature=Nature.LIGNES,
    periode_sur="date de réception",
    droit=Droit.STATISTIQUES,
    domaine=Domaine.TND,
    niveaux=PROPRES,
    colonnes=COLONNES,
    criteres=(UNITE, STATUT),
    lignes=lignes,
    estime=counted(rows),
    nominal=True,
)
