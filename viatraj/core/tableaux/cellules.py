"""Shared by both readers: limits, refusals, and what takes the rows in."""

from dataclasses import dataclass
from typing import Protocol

from viatraj.core.typography import grouped

MAX_BYTES = 2_000_000
MAX_SCANNED = 5_000  # rows looked at, empty ones included
MAX_COLUMNS = 40
MAX_PROBLEMS = 50  # of a file's shape, told at once

FORMULA = "C’est une formule. Collez sa valeur à la place."
TOO_LONG = (
    f"Ce tableau s’étend au-delà de la ligne {grouped(MAX_SCANNED)}. Supprimez les lignes vides à la fin, "
    "ou recopiez les autres dans un fichier neuf."
)
TOO_WIDE = f"Ce tableau a plus de {MAX_COLUMNS} colonnes. Recopiez celles qui servent dans un fichier neuf."


class Unreadable(Exception):
    """The sentences are for the person; each names its line where there is one."""

    def __init__(self, *sentences: str):
        super().__init__(*sentences)
        self.sentences = list(sentences)


@dataclass(frozen=True)
class Cell:
    """`value`: text, a number or a date; `fault` says why it cannot be taken."""

    value: object = ""
    fault: str = ""

    @property
    def is_empty(self) -> bool:
        return not self.fault and self.value in ("", None)


class Lines(Protocol):
    """What takes the rows in as they come; `number` of a row is what its spreadsheet shows.

    `is_begun`: the titles have come; `left_out`: sentences on what stands in the file and is not read;
    `knows`: whether a text is one of the titles, by which the separator of a text is found.
    """

    left_out: list[str]

    @property
    def is_begun(self) -> bool: ...

    def knows(self, title: str) -> bool: ...

    def add(self, number: int, cells: list[Cell]) -> None: ...
