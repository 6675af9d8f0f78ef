"""A report of the tests' own, whose lines are numbers; orders of it."""

from datetime import date, timedelta
from uuid import uuid4

from django.utils import timezone

from observatoire import actions, rapports
from observatoire.models import Commande, Format
from observatoire.rapports import Colonne, Critere, Groupe, Nature, Rapport
from viatraj.core.actor import Actor
from viatraj.core.droits import Domaine, Droit, Niveau

SYSTEM = Actor.system("rapports")
COLONNES = (
    Colonne("numero", "Numéro", "int", "Le rang de la ligne.", largeur=10),
    Colonne("texte", "Texte", "", "Un mot."),
    Colonne("jour", "Jour", "date", "Un jour.", largeur=12),
    Colonne("part", "Part", "percent", "Une part.", "%"),
    Colonne("delai", "Délai", "duration", "Un délai.", "heures"),
)
LINES = 25


def lignes(cadre):
    lines = int(next(iter(cadre.choisis("lignes")), LINES))
    for n in range(lines):
        yield n, "=1+1", cadre.debut + timedelta(days=n % 28), n / max(lines, 1), 3600 * n


def essai(**changed) -> Rapport:
    known = {
        "code": "SAN-99",
        "titre": "Fichier d’essai",
        "resume": "Des nombres, pour essayer.",
        "ligne": "Un nombre.",
        "groupe": Groupe.SANITAIRE,
        "nature": Nature.LIGNES,
        "periode_sur": "date de création",
        "droit": Droit.STATISTIQUES,
        "domaine": Domaine.SANITAIRE,
        "niveaux": (Niveau.NATIONAL, Niveau.REGION, Niveau.COORDINATION, Niveau.ETABLISSEMENT, Niveau.UNITE),
        "colonnes": COLONNES,
        "criteres": (Critere("lignes", "Combien", lambda perimetre: [("3", "Trois"), ("5000", "Beaucoup")]),),
        "lignes": lignes,
        "estime": lambda cadre: LINES,
    }
    return Rapport(**known | changed)


def add(rapport: Rapport) -> Rapport:
    rapports.CATALOGUE[rapport.code] = rapport
    return rapport


def ordered(by: Actor, *, rapport=None, now=None, **changed) -> Commande:
    now = now or timezone.now()
    known = {
        "rapport": rapport or rapports.CATALOGUE["SAN-99"],
        "niveau": Niveau.ETABLISSEMENT,
        "territoire": None,
        "debut": date(2026, 9, 1),
        "fin": date(2026, 9, 30),
        "criteres": {},
        "format": Format.XLSX,
        "commentaire": "",
        "cle": uuid4(),
        "estimation": LINES,
        "now": now,
        "by": by,
    }
    return actions.order(**known | changed)


def made(commande: Commande, *, now=None) -> Commande:
    """All that waits is made."""
    while actions.make_next(now=now or timezone.now(), by=SYSTEM):
        pass
    commande.refresh_from_db()
    return commande
