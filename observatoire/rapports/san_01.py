"""SAN-01: what a prescripteur has asked for, dossier by dossier."""

from collections.abc import Iterator
from typing import Any

from django.db.models import DurationField, ExpressionWrapper, F, QuerySet

from dossiers.models.etats import Etat
from observatoire.models import FaitDossier
from observatoire.rapports import criteres, etiquettes, moteur
from observatoire.rapports.base import Cadre, Colonne, Groupe, Nature, Rapport
from observatoire.rapports.communs import (
    ALORS,
    AUJOURD_HUI,
    DOSSIER,
    DUREE,
    PROPRES,
    anonymes,
    counted,
    duree,
    nombre,
    ouverts,
)
from viatraj.core.droits import Domaine, Droit, Orientation

COLONNES = (
    DOSSIER,
    Colonne("etablissement", "Établissement demandeur", definition=AUJOURD_HUI, largeur=34),
    Colonne("unite", "Unité demandeuse", definition=AUJOURD_HUI, largeur=34),
    Colonne("alors", "Unité demandeuse à l’époque", definition=ALORS, largeur=34),
    Colonne(
        "type", "Type demandé", definition="Tel que le volet orientation le dit aujourd’hui.", largeur=30
    ),
    Colonne("cree", "Création", "instant", "Création du dossier.", largeur=16),
    Colonne(
        "complet",
        "Complet",
        "instant",
        "Dernier volet exigé, validé ou complété\u202f; vide s’il en manque.",
        largeur=16,
    ),
    Colonne(
        "envoi",
        "Premier envoi",
        "instant",
        "Première demande envoyée\u202f; vide si aucune ne l’est.",
        largeur=16,
    ),
    nombre("envoyees", "Demandes envoyées", "Demandes de ce dossier envoyées un jour, closes comprises."),
    nombre("refusees", "Demandes refusées", "Parmi elles, celles dont l’état est «\u00a0refusée\u00a0»."),
    Colonne("issue", "Issue", definition="État du dossier au dernier relevé.", largeur=22),
    Colonne("admission", "Admission", "date", "Date d’admission déclarée."),
    duree("delai_envoi", "Création → premier envoi", DUREE + "Vide tant que rien n’est envoyé."),
    duree("delai_admission", "Premier envoi → admission", DUREE + "En jours entiers, heure de Paris."),
)


def rows(cadre: Cadre) -> QuerySet[FaitDossier]:
    return ouverts(cadre, Orientation.SANITAIRE).filter(moteur.during(cadre, "cree_at"))


def lignes(cadre: Cadre) -> Iterator[tuple[Any, ...]]:
    waited = ExpressionWrapper(F("date_admission") - moteur.jour("envoye_at"), DurationField())
    columns = (
        *("dossier", "par_etablissement__nom", "par_unite__nom", "par_alors_unite__nom", "types", "cree_at"),
        *("complet_at", "envoye_at", "envoyees", "refusees", "etat", "date_admission", "delai_envoi", waited),
    )
    found = moteur.lines(rows(cadre).order_by("cree_at", "pk"), columns)
    return anonymes(cadre, map(_said, found))


def _said(row: tuple[Any, ...]) -> tuple[Any, ...]:
    *places, types, cree, complet, envoi, envoyees, refusees, etat, admission, delai, waited = row
    said = etiquettes.types(types)
    seconds = max(0, waited.days) * 86400 if waited is not None else None
    issue = Etat(etat).label
    return (*places, said, cree, complet, envoi, envoyees, refusees, issue, admission, delai, seconds)


RAPPORT = Rapport(
    code="SAN-01",
    titre="Activité du prescripteur\u00a0: dossiers",
    resume="Les dossiers que vos unités ont créés, ce qui a été demandé pour chacun, et son issue.",
    ligne="un dossier sanitaire",
    groupe=Groupe.SANITAIRE,
    nature=Nature.LIGNES,
    periode_sur="date de création du dossier",
    droit=Droit.STATISTIQUES,
    domaine=Domaine.SANITAIRE,
    niveaux=PROPRES,
    colonnes=COLONNES,
    criteres=(criteres.UNITE_DEMANDEUSE, criteres.TYPE_SANITAIRE, criteres.GROUPE),
    lignes=lignes,
    estime=counted(rows),
    nominal=True,
)
