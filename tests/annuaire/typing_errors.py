"""The slips of who types a name: the hand's, and the ear's (ANN-5). Names as the extraction has them."""

import re
from string import ascii_uppercase

from viatraj.demo.noms import plain

OF_THE_HAND = ("swapped", "changed", "missing", "added", "doubled")
# What is heard alike: what stands there, what is typed instead.
OF_THE_EAR = {
    "ph → f": (r"PH", "F"), "f → ph": (r"F", "PH"),
    "c → k": (r"C(?![EIYH])", "K"), "k → c": (r"K(?![EIY])", "C"),
    "qu → k": (r"QU", "K"), "k → qu": (r"K", "QU"),
    "c → qu": (r"C(?=[AOU])", "QU"), "qu → c": (r"QU", "C"),
    "y → i": (r"Y", "I"), "i → y": (r"I", "Y"),
    "ss → c": (r"SS(?=[EIY])", "C"), "c → ss": (r"(?<=.)C(?=[EIY])", "SS"),
    "eau → o": (r"EAU", "O"), "o → eau": (r"O", "EAU"), "au → o": (r"AU", "O"),
    "an → en": (r"AN", "EN"), "en → an": (r"EN", "AN"),
    "double → simple": (r"([A-Z])\1", r"\1"), "simple → double": (r"(?<=[A-Z])([LMNPRST])(?=[A-Z])", r"\1\1"),
    "h muet en moins": (r"H", ""), "h muet en plus": (r"(?=[AEIOUY])", "H"),
    "finale muette en moins": (r"(?<=[A-Z]{3})[TDSXEZP]$", ""),
    "finale muette en plus": (r"(?<=[A-Z])$", "S"),
}  # fmt: skip
SEVERAL = re.compile(r"[ '-]")  # between the words of a name
KINDS = (*OF_THE_HAND, *OF_THE_EAR)


def mistyped(rng, name: str, kind: str) -> str:
    """`name` in capitals without accents, with one slip of this kind; empty when it has no place for it."""
    name = plain(name).upper()
    typed = _of_the_hand(rng, name, kind) if kind in OF_THE_HAND else _of_the_ear(rng, name, kind)
    return typed if typed != name else ""


def _of_the_hand(rng, name: str, kind: str) -> str:
    places = [i for i, letter in enumerate(name) if letter.isalpha()]
    if kind == "swapped":
        places = [i for i in places if i + 1 in places and name[i] != name[i + 1]]
    i = rng.choice(places)
    letter = rng.choice(ascii_uppercase.replace(name[i], ""))
    return {
        "swapped": name[:i] + name[i + 1 : i + 2] + name[i] + name[i + 2 :],
        "changed": name[:i] + letter + name[i + 1 :],
        "missing": name[:i] + name[i + 1 :],
        "added": name[:i] + letter + name[i:],
        "doubled": name[: i + 1] + name[i:],
    }[kind]


def _of_the_ear(rng, name: str, kind: str) -> str:
    stands, instead = OF_THE_EAR[kind]
    found = list(re.finditer(stands, name))
    if not found:
        return ""
    one = rng.choice(found)
    return name[: one.start()] + one.expand(instead) + name[one.end() :]


def proposed(typed: str, found) -> list[str]:
    """Surnames as a reader meets them, as keys: who has just this name, then the nearest, then the others."""
    shown = [key(hit.nom) for hit in found.professionnels]
    exact = [nom for nom in shown if nom == key(typed) and not found.suggestions]
    return list(dict.fromkeys([*exact, *(key(one.nom) for one in found.noms), *shown]))


def key(nom: str) -> str:
    return re.sub(r"[^A-Z0-9]", "", plain(nom).upper())
