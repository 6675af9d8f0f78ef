"""The GIR of ten AGGIR answers, by the official tables: CASF, annexe 2-2 (`donnees/aggir`)."""

from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from pathlib import Path

TABLES = Path(__file__).parent / "donnees" / "aggir"
# In the order of the law; the two last ones weigh nothing in any group, and are asked all the same.
VARIABLES = (
    "coherence",
    "orientation",
    "toilette",
    "habillage",
    "alimentation",
    "elimination",
    "transfert",
    "deplacement_interieur",
    "deplacement_exterieur",
    "communication",
)
LAST = "13"  # the rang of whoever reaches no minimum


def gir(answers: Mapping[str, str]) -> int | None:
    """From 1, the most dependent, to 6; None until the ten are answered, each by A, B or C."""
    if any(answers.get(name) not in ("A", "B", "C") for name in VARIABLES):
        return None
    weights, minimums, girs = _tables()
    for groupe, steps in minimums.items():
        total = sum(weights.get((groupe, name, answers[name]), 0) for name in VARIABLES)
        for minimum, rang in steps:
            if total >= minimum:
                return girs[rang]
    return girs[LAST]


@cache
def _tables() -> tuple[dict[tuple[str, str, str], int], dict[str, list[tuple[int, str]]], dict[str, int]]:
    """Weights by (groupe, variable, answer); groupe → its minimums, highest first; rang → GIR."""
    weights = {(groupe, name, answer): int(value) for groupe, name, answer, value in _rows("valeurs")}
    minimums = defaultdict(list)
    for groupe, minimum, rang in _rows("seuils"):
        if groupe:
            minimums[groupe].append((int(minimum), rang))
    girs = {rang: int(gir) for rang, gir in _rows("rang_gir")}
    return weights, {one: sorted(minimums[one], reverse=True) for one in sorted(minimums)}, girs


def _rows(name: str) -> list[list[str]]:
    _, *lines = (TABLES / f"{name}.csv").read_text().splitlines()
    return [line.split(",") for line in lines]
