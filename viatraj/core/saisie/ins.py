"""The traits of an identité nationale de santé: matricule and its key, who gave it, place of birth (DOS-3).

OIDs: those of the FR Core profile.
"""

import re

from viatraj.core.saisie import Refused
from viatraj.core.saisie.caracteres import plain
from viatraj.core.saisie.numeros import squeezed

NIR, NIA = "1.2.250.1.213.1.4.8", "1.2.250.1.213.1.4.9"
TESTS = ("1.2.250.1.213.1.4.10", "1.2.250.1.213.1.4.11")
MATRICULE = re.compile(r"[1-478]\d{4}(\d{2}|2A|2B)\d{8}", re.ASCII)
LIEU = re.compile(r"\d[\dAB]\d{3}", re.ASCII)
FIFTEEN = "Un matricule INS compte quinze caractères, clé comprise. Exemple\u00a0: 2 57 02 99 999 001 94."
WRONG_KEY = "La clé de ce matricule ne correspond pas\u00a0: vérifiez chaque chiffre."
NO_LIEU = (
    "Un lieu de naissance s’écrit par son code INSEE, de cinq caractères. Exemple\u00a0: 76540 pour Rouen."
)
CORSICA = {"2A": "19", "2B": "18"}


def matricule(text: str) -> str:
    """Fifteen characters whose key is right; empty stays empty."""
    typed = squeezed(plain(text))
    if not typed:
        return ""
    if not MATRICULE.fullmatch(typed):
        raise Refused(FIFTEEN)
    if int(typed[13:]) != key(typed):
        raise Refused(WRONG_KEY)
    return typed


def key(number: str) -> int:
    """The control key of a NIR, from its first thirteen characters."""
    return 97 - int(number[:5] + CORSICA.get(number[5:7], number[5:7]) + number[7:13]) % 97


def lieu(text: str) -> str:
    """The INSEE code of a commune or country; empty stays empty."""
    typed = squeezed(plain(text))
    if typed and not LIEU.fullmatch(typed):
        raise Refused(NO_LIEU)
    return typed
