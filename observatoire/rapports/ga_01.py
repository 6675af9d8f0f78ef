"""GA-01: what EHPAD, USLD and résidences were asked, demande by demande."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from dossiers.models import Origine
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
    oui,
    recues,
)
from viatraj.core.droits import Domaine, Droit

COLONNES = (
    DOSSIER,
    Colonne("etablissement", "Établissement", definition=AUJOURD_HUI, largeur=34),
    Colonne("unite", "Unité", definition=AUJOURD_HUI, largeur=34),
    Colonne("alors", "Unité à l’époque", definition=ALORS, largeur=34),
    Colonne(
        "type",
        "Type d’hébergement",
        definition="Tel que le volet administratif le dit aujourd’hui.",
        largeur=28,
    ),
    Colonne(
        "urgence", "Échéance souhaitée", definition="Immédiate, dans les six mois, plus tard.", largeur=24
    ),
    Colonne("provenance", "Lieu de vie", definition="Situation de la personne à la demande.", largeur=28),
    Colonne(
        "papier",
        "Sur papier",
        definition="Oui\u00a0: dossier reçu sur papier, enregistré par le receveur.",
        largeur=10,
    ),
    ETAT,
    MOTIF,
    RECEPTION,
    REPONSE,
    Colonne("admission", "Admission", "date", "Date d’admission déclarée."),
    duree("delai_reponse", "Réception → réponse", DUREE + "Vide tant que rien n’est répondu."),
    duree("delai_admission", "Réponse → admission", DUREE + "En jours entiers, heure de Paris."),
)


def rows(cadre: Cadre) -> QuerySet[FaitDemande]:
    return recues(cadre, Domaine.GRAND_AGE).filter(moteur.during(cadre, "envoyee_at"))


def lignes(cadre: Cadre) -> Iterator[tuple[Any, ...]]:
    columns = (
        *("dossier", "etablissement__nom", "unite__nom", "alors_unite__nom", "types", "urgence", "lieu_vie"),
        *("origine", "etat", "motif", "envoyee_at", "repondue_at", "date_admission", "delai_reponse"),
        "delai_admission",
    )
    found = moteur.lines(rows(cadre).order_by("envoyee_at", "pk"), columns)
    return anonymes(cadre, map(_said, found))


def _said(row: tuple[Any, ...]) -> tuple[Any, ...]:
    *places, types, urgence, lieu_vie, origine, etat, motif = row[:10]
    words = (
        etiquettes.types(types),
        etiquettes.URGENCES.get(urgence, urgence),
        etiquettes.LIEUX_VIE.get(lieu_vie, lieu_vie),
        oui(origine == Origine.PAPIER),
        etiquettes.etat(etat),
        etiquettes.motif(motif),
    )
    return (*places, *words, *row[10:])


RAPPORT = Rapport(
    code="GA-01",
    titre="Activité EHPAD, USLD, résidences\u00a0: demandes reçues",
    resume="Les demandes d’hébergement reçues\u00a0: type, échéance, provenance, réponse et délais.",
    ligne="une demande reçue",
    groupe=Groupe.GRAND_AGE,
    nature=Nature.LIGNES,
    periode_sur="date de réception",
    droit=Droit.STATISTIQUES,
    domaine=Domaine.GRAND_AGE,
    niveaux=PROPRES,
    colonnes=COLONNES,
    criteres=(criteres.ETABLISSEMENT, criteres.TYPE_GRAND_AGE, criteres.STATUT),
    lignes=lignes,
    estime=counted(rows),
    nominal=True,
)
