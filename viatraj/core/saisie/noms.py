"""Names of people: how they are kept, and when two of them are one (CON-9, CPX-2, COM-3)."""

import re
import unicodedata

from viatraj.core.saisie import Refused, caracteres
from viatraj.core.saisie.caracteres import UNREADABLE, check, visible

LONGEST = 100
TOO_LONG = f"Ce nom dépasse {LONGEST} caractères."
IN_LETTERS = "Écrivez-le en lettres, avec au besoin des espaces, des apostrophes ou des traits d’union."
APOSTROPHES = "\u2018\u2019\u201b\u02bb\u02bc\u02b9\u02bd\u02be\u02bf\u02c8\u2032\u00b4`\ua78c\uff07"
HYPHENS = "\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\u058a\u05be\ufe58\ufe63\uff0d"
FOLDED = str.maketrans({**dict.fromkeys(APOSTROPHES, "'"), **dict.fromkeys(HYPHENS, "-")})
# Letters that Unicode does not take apart into a plain one and a mark.
SPELLED = str.maketrans(
    dict(zip("ŒœÆæØøŁłĐđÐðÞþĦħŦŧıĿŀ", "OE oe AE ae O o L l D d D d TH th H h T t i L l".split(), strict=True))
)
# A letter with its marks; between two letters at most three spaces, hyphens, apostrophes; a full stop only
# before a space, a hyphen or the end («M.-Claude»), so that no name is a link in a mail.
SHAPE = re.compile(r"A?LM{0,4}(?:(?:P(?=[SH]))?[SHA]{0,3}LM{0,4})*P?A?")
CLASSES = {" ": "S", "'": "A", "-": "H", ".": "P"}


def read(text: str) -> str:
    """As it is kept: composed accents, plain apostrophes and hyphens, single spaces; empty stays empty."""
    name = tidied(text)
    check(name)
    if len(name) > LONGEST:
        raise Refused(TOO_LONG)
    if name and not SHAPE.fullmatch("".join(map(_class, name))):
        raise Refused(_why(name))
    return name


def tidied(text: str) -> str:
    """The same without a refusal: of what a card or a directory says, or of a name that is searched."""
    # Folded first: NFKC takes the acute accent, typed as an apostrophe, apart.
    return caracteres.tidied(text.translate(FOLDED)).translate(FOLDED)


def key(*names: str) -> str:
    """The key to compare two names: letters and figures in one case, without accents, spaces or signs.

    Of a nom and a prénom, both: «D’Almeida», «Zoë» → dalmeida zoe. Empty where there is no letter.
    """
    return " ".join(map(_key, names)).strip()


def same(one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Do two (nom, prénom) name one person? Never when one of them has no letter."""
    keys = [tuple(map(_key, names)) for names in (one, other)]
    return keys[0] == keys[1] and bool(keys[0][0])


def _key(name: str) -> str:
    bare = unicodedata.normalize("NFKD", visible(name).translate(SPELLED))
    bare = unicodedata.normalize("NFKD", bare.casefold().translate(SPELLED))
    return "".join(one for one in bare if not unicodedata.combining(one) and _class(one) in "LMN")


def _class(letter: str) -> str:
    """L, M, N: letters, marks, figures; others that a name may hold; X for the rest."""
    return CLASSES.get(letter) or {"L": "L", "M": "M", "N": "N"}.get(unicodedata.category(letter)[0], "X")


def _why(name: str) -> str:
    if not any(_class(one) == "L" for one in name):
        return f"Il faut au moins une lettre. {IN_LETTERS}"
    strange = next((one for one in name if _class(one) in "NX"), "")
    if strange and not strange.isprintable():
        return UNREADABLE
    return f"«\u00a0{strange}\u00a0» n’est pas une lettre. {IN_LETTERS}" if strange else IN_LETTERS
