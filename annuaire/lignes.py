"""Lines of the national extraction: what a good one is, and what is kept of it (ANN-5).

There are two million of them, so that one regular expression reads a whole block; what it does not settle
(a fault, a blank that must go) is read line by line. Pure: no database.
"""

import re
from collections.abc import Mapping
from contextlib import suppress
from typing import NoReturn

from viatraj.core.saisie.caracteres import visible
from viatraj.core.typography import counted

SEPARATOR = b"|"
LONGEST_LINE = 16_384  # bytes; a real one has about 350
IDNAT = "idnat"
LIMITS = {IDNAT: (1, 40)} | dict.fromkeys(  # bytes of what is indexed
    ("nom", "prenom", "profession", "categorie", "code_postal", "commune"), (0, 250)
)
# Bytes that begin a blank, or what nobody sees; plain spaces are asked for apart.
BLANKS = [
    bytes([first]) for first in b"\t\v\f\r\x1c\x1d\x1e\x1f\xc2\xcd\xd8\xdb\xdc\xe0\xe1\xe2\xe3\xef\xf0\xf3"
]


class Refused(ValueError):
    """The file is not taken; the sentence is for the operator."""


class Format:
    """How the lines of one file are cut: into `width` fields, of which `places` (column → rank) are kept.

    `columns` are in the order of a row; those that the file has not (rank None) come last, and are empty.
    """

    def __init__(self, width: int, places: Mapping[str, int | None]):
        ranks = {rank: column for column, rank in places.items() if rank is not None}
        self.width, self.ranks = width, sorted(ranks)
        absent = [column for column, rank in places.items() if rank is None]
        self.columns = [ranks[rank] for rank in self.ranks] + absent
        self.end = SEPARATOR * len(absent) + b"\n"
        self.shape = _shape(width, ranks)

    def rows(self, lines: Mapping[int, bytes]) -> list[bytes]:
        """Of each line, by its number in the file: «|» before each field that is kept, in its order."""
        rows = self._at_once(b"\n".join(lines.values()) + b"\n", len(lines))
        if not rows or max(map(len, lines.values())) >= LONGEST_LINE:
            return [self._row(number, line) for number, line in lines.items()]
        if not _may_hold_blanks(b"".join(rows)):
            return rows
        return [
            self._row(*line) if _may_hold_blanks(row) else row
            for row, line in zip(rows, lines.items(), strict=True)
        ]

    def _at_once(self, text: bytes, count: int) -> list[bytes]:
        """Nothing when one of the lines is not of the right shape."""
        with suppress(UnicodeDecodeError):
            if b"\0" not in text and text.decode():
                found = self.shape.findall(text)
                return [SEPARATOR.join(fields) for fields in found] if len(found) == count else []
        return []

    def _row(self, number: int, line: bytes) -> bytes:
        """The same of one line, or `Refused`: no blank around a field, nothing unseen in it."""
        if len(line) >= LONGEST_LINE:
            _refuse(number, f"plus de {LONGEST_LINE} octets")
        if b"\0" in line:
            _refuse(number, "caractère nul")
        if (found := line.count(SEPARATOR) + 1) != self.width:
            _refuse(number, f"{counted(found, 'champ')} au lieu de {self.width} (ligne tronquée\u202f?)")
        try:
            fields = line.decode().split("|")
        except UnicodeDecodeError:
            _refuse(number, "le texte n’est pas de l’UTF-8")
        row = [b""]
        for rank, column in zip(self.ranks, self.columns, strict=False):
            row.append(field := _trimmed(column, fields[rank]))
            _check_length(number, column, field)
        return SEPARATOR.join(row)


def _shape(width: int, kept: Mapping[int, str]) -> re.Pattern[bytes]:
    """A whole line; neighbours that are kept are one group, after an empty one that begins the row.

    A field may run over the end of its line, which is quicker than to forbid it: lines are then more than
    matches, since each match begins and ends with one.
    """
    fields = []
    for rank in range(width):
        low, high = LIMITS.get(kept.get(rank, ""), (0, ""))
        field = f"[^|]{{{low},{high}}}+" if rank < width - 1 else f"[^|\\n]{{{low},{high}}}+"
        opening = "(" if rank in kept and rank - 1 not in kept else ""
        closing = ")" if rank in kept and rank + 1 not in kept else ""
        fields.append(opening + field + closing)
    return re.compile(("^()" + r"\|".join(fields) + r"\n").encode(), re.MULTILINE)


def _may_hold_blanks(rows: bytes) -> bool:
    """Of one row or of many, joined: yes too often."""
    return b" |" in rows or b"| " in rows or rows[-1:] == b" " or any(blank in rows for blank in BLANKS)


def _trimmed(column: str, text: str) -> bytes:
    """Keys and places as they are searched: no outer space, nothing unseen; the number without any."""
    field = visible(text).strip()
    return (field.replace(" ", "") if column == IDNAT else field).encode()


def _check_length(number: int, column: str, field: bytes):
    low, high = LIMITS.get(column, (0, LONGEST_LINE))
    if low <= len(field) <= high:
        return
    if column == IDNAT:
        _refuse(number, "identification nationale absente ou trop longue")
    _refuse(number, f"un champ dépasse {high} octets")


def _refuse(number: int, why: str) -> NoReturn:
    raise Refused(f"Ligne {number}\u00a0: {why}.")
