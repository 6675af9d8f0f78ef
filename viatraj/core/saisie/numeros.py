"""Numbers of people, structures, places and dossiers: spaces and dots do not count, nor a lost first 0."""

import re
import unicodedata

from viatraj.core.saisie import Refused
from viatraj.core.saisie.caracteres import plain, tidied

FINESS = "Un numéro FINESS compte neuf caractères. Exemple\u00a0: 99 000 0017."
SIRET = "Un numéro SIRET compte quatorze chiffres. Exemple\u00a0: 130\u00a0005\u00a0481\u00a000010."
CODE_POSTAL = "Un code postal compte cinq chiffres. Exemple\u00a0: 35000."
DOSSIER = "Un numéro de dossier compte huit chiffres, par exemple 1234\u00a05678."
DECISION = (
    "Un numéro de décision compte vingt caractères au plus\u00a0: lettres sans accent, chiffres et tirets."
)
ABBREVIATED = re.compile(r"\d(?:[.,]\d+)?E\+?\d+", re.IGNORECASE)
LOST = (
    "Le tableur a abrégé ce numéro, et des chiffres sont perdus. Donnez à la cellule le format Texte, puis "
    "saisissez-le de nouveau."
)
SIGNS = re.compile(r"[\s.\u00b7'’_-]+")


def squeezed(text: str) -> str:
    """In plain figures and capitals, without spaces, dots or hyphens; refuses nothing."""
    return SIGNS.sub("", in_figures(tidied(text))).upper()


def in_figures(text: str) -> str:
    """Figures of any script in ours."""
    return "".join(str(unicodedata.digit(one)) if one.isdecimal() else one for one in text)


def finess(text: str) -> str:
    """Nine characters (2A, 2B in Corsica); empty stays empty."""
    return _read(text, r"\d[\dAB]\d{7}", 9, FINESS)


def siret(text: str) -> str:
    """Fourteen digits; empty stays empty."""
    return _read(text, r"\d{14}", 14, SIRET)


def code_postal(text: str) -> str:
    """Five digits; empty stays empty."""
    return _read(text, r"\d{5}", 5, CODE_POSTAL)


def dossier(text: str) -> str:
    """Eight digits, of which none is ever lost; empty stays empty."""
    return _read(text, r"\d{8}", 8, DOSSIER, lost=0)


def decision(text: str) -> str:
    """As an MDPH numbers them: capitals, spaces do not count, hyphens and slashes do; empty stays empty."""
    typed = "".join(in_figures(plain(text)).split()).upper()
    if typed and not re.fullmatch(r"[A-Z0-9][A-Z0-9/._-]{0,19}", typed, re.ASCII):
        raise Refused(DECISION)
    return typed


def looks_like_finess(text: str) -> bool:
    """Where a FINESS number or a name may stand."""
    return re.fullmatch(r"\d[\dAB]\d{6,7}", squeezed(text)) is not None


def _read(text, pattern, length, sentence, *, lost=1) -> str:
    """`lost`: how many first zeros a spreadsheet may have dropped."""
    typed = squeezed(plain(text))
    if ABBREVIATED.fullmatch(plain(text).replace(" ", "")):
        raise Refused(LOST)
    if typed.isdecimal() and length - lost <= len(typed) < length:
        typed = typed.zfill(length)
    if typed and not re.fullmatch(pattern, typed, re.ASCII):
        raise Refused(sentence)
    return typed
