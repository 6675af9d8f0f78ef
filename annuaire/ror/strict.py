"""JSON as its standard has it, and as our database can keep it: anything else is refused whole.

Python’s reader takes NaN, doubled keys, infinite numbers; PostgreSQL keeps no U+0000, no half surrogate.
"""

import json
from json import JSONDecodeError
from typing import Any, NoReturn

from annuaire.ror.refus import Json, Refused
from viatraj.core.reading import reads

LARGEST = 32 << 20  # bytes of one answer or one line; a page of 200 offers has about 2 MB
DEEPEST = 24  # levels; the deepest of the published ones has 11, in a Bundle
LONGEST_NUMBER = 30  # digits
ODD = "Ce n’est pas du JSON strict."
DEEP = "Le JSON est imbriqué trop profondément."
BLANKS = " \t\r\n"
NESTED = (dict, list)
ESCAPE = "\\u"  # a character without one is itself, and JSON has no bare U+0000


@reads(Refused, lambda: Refused(ODD))
def loads(raw: bytes, *, largest: int = LARGEST) -> Json:
    """The object that these bytes are, all of them."""
    return parsed(letters(raw, largest=largest))


def letters(raw: bytes, *, largest: int = LARGEST) -> str:
    """Its letters, without the blanks around them."""
    if len(raw) > largest:
        raise Refused("La réponse est démesurée.")
    try:
        return raw.decode().strip(BLANKS)
    except UnicodeDecodeError:
        raise Refused(ODD) from None


def parsed(text: str) -> Json:
    """The object that this text is, from its first character to its last."""
    try:
        found, end = decoded(text, 0)
    except JSONDecodeError:
        raise Refused(ODD) from None
    if end != len(text):
        raise Refused(ODD)
    if not isinstance(found, dict):
        raise Refused("Ce n’est pas un objet JSON.")
    return found


def decoded(text: str, at: int) -> tuple[Any, int]:
    """The value that begins there, and where it ends; `JSONDecodeError` when it may go on further."""
    try:
        found, end = DECODER.raw_decode(text, at)
    except RecursionError:
        raise Refused(DEEP) from None
    if isinstance(found, NESTED) and depth(found) > DEEPEST:
        raise Refused(DEEP)
    if text.find(ESCAPE, at, end) >= 0:
        _kept(found)
    return found, end


def _once(pairs: list[tuple[str, Any]]) -> Json:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Refused("Un objet JSON dit deux fois la même clé.")
    return found


def _no_number(name: str) -> NoReturn:
    raise Refused(f"{name} n’est pas un nombre du JSON.")


def _whole(digits: str) -> int:
    if len(digits) > LONGEST_NUMBER:
        raise Refused("Un nombre est démesuré.")
    return int(digits)


def _decimal(digits: str) -> float:
    found = float(digits)
    if found in (float("inf"), float("-inf")):
        raise Refused("Un nombre est démesuré.")
    return found


DECODER = json.JSONDecoder(
    object_pairs_hook=_once, parse_constant=_no_number, parse_float=_decimal, parse_int=_whole
)


def depth(found: Any) -> int:
    """How many levels it has, itself the first."""
    waiting, deepest = [(found, 1)], 0
    while waiting:
        one, level = waiting.pop()
        if level > deepest:
            deepest = level
        for held in one.values() if isinstance(one, dict) else one:
            if isinstance(held, NESTED):
                waiting.append((held, level + 1))
    return deepest


def _kept(found: Any) -> None:
    """Whole surrogate pairs are letters; halves, and U+0000, are what no database keeps."""
    waiting = [found]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            waiting += [*one, *one.values()]
        elif isinstance(one, list):
            waiting += one
        elif isinstance(one, str):
            if "\0" in one:
                raise Refused("Un texte contient un caractère nul.")
            if any("\ud800" <= letter <= "\udfff" for letter in one):
                raise Refused("Un texte contient la moitié d’un caractère.")
