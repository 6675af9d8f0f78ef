"""How names are mistyped, and which names may have been meant (ANN-5). Pure; names are keys (A–Z, 0–9).

Stored and typed names pass through these same functions; none of this is repeated in SQL.
"""

import re
from collections.abc import Iterator
from itertools import pairwise
from string import ascii_uppercase

from rapidfuzz.distance import OSA

LONGEST = 40  # letters; typing errors are not looked for in longer names
SHORTEST_PART = 4  # letters of a first part that is looked for alone: «VAN» would be close to too many names
SAINTS = ("SAINT", "SAINTE")  # first parts that thousands of surnames share
# One sound, several spellings: any of a group may be typed for any other, wherever it stands.
SPELLINGS = (
    ("PH", "F"), ("C", "K", "QU", "Q", "CK", "CH"), ("Y", "I"), ("SS", "C", "S", "Z"), ("EAU", "AU", "O"),
    ("AN", "EN", "AM", "EM"), ("G", "J"), ("H", ""),
)  # fmt: skip
# Applied from left to right; then doubled letters become one, and silent last consonants are dropped.
SOUNDS = (
    ("PH", "F"), ("QU", "K"), ("Q", "K"), ("CH", "8"), ("H", ""), ("CE", "SE"), ("CI", "SI"), ("CY", "SI"),
    ("C", "K"), ("Y", "I"), ("EAU", "O"), ("AU", "O"), ("EN", "AN"), ("EM", "AM"), ("Z", "S"),
)  # fmt: skip
DOUBLED = re.compile(r"(.)\1+")
SILENT = "TDSXEP"


def sound(name: str) -> str:
    """The phonetic key: two names that sound alike have the same."""
    for written, heard in SOUNDS:
        name = name.replace(written, heard)
    name = DOUBLED.sub(r"\1", name)
    return name.rstrip(SILENT) or name


def slips(name: str) -> set[str]:
    """All names one typing error away: a letter added, missing, changed, swapped, a sound respelled."""
    if len(name) > LONGEST:
        return set()
    cuts = [(name[:i], name[i:]) for i in range(len(name) + 1)]
    found = {left + letter + right for left, right in cuts for letter in ascii_uppercase}
    for (left, right), (_, after) in pairwise(cuts):
        found.add(left + after)
        found.update(left + letter + after for letter in ascii_uppercase)
        found.add(left + right[1::-1] + right[2:])
    found.update(_respelled(name, cuts))
    found.discard(name)
    return found


def _respelled(name: str, cuts) -> Iterator[str]:
    for group in SPELLINGS:
        for one in group:
            if one and one in name:
                for left, right in cuts:
                    if right.startswith(one):
                        yield from (left + other + right[len(one) :] for other in group)


def distance(left: str, right: str) -> int:
    """Letters changed, missing, added, or swapped with their neighbour (optimal string alignment)."""
    return OSA.distance(left, right)


def forms(words: list[str]) -> dict[str, bool]:
    """Ways to type a surname of these words → is it the whole name?

    «DE LA TOUR» is also LATOUR and TOUR; «MARTIN DUPONT» is MARTIN, DUPONT, and DUPONTMARTIN.
    """
    found = {}
    for i in range(1, len(words)):
        first, last = "".join(words[:i]), "".join(words[i:])
        found[last + first] = True
        found.setdefault(last, False)
        if len(first) >= SHORTEST_PART and first not in SAINTS:
            found.setdefault(first, False)
    return found | {"".join(words): True}
