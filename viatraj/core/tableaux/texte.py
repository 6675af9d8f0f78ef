"""Reads a csv of any spreadsheet: UTF-8 or Windows, semicolons, commas or tabs."""

import csv
from io import StringIO

from viatraj.core.reading import reads
from viatraj.core.tableaux.cellules import Cell, Lines, Unreadable

SEPARATORS = ";,\t"
BINARY = "Ce fichier n’est pas un fichier texte. Enregistrez votre tableau au format .xlsx ou .csv."


@reads(Unreadable, lambda: Unreadable(BINARY))
def read(content: bytes, into: Lines) -> None:
    text = _decoded(content)
    reader = csv.reader(StringIO(text, newline=""), delimiter=_separator(text, into), strict=True)
    number = 0
    try:
        for number, row in enumerate(reader, 1):
            into.add(number, [Cell(value) for value in row])
    except csv.Error as error:
        raise Unreadable(
            f"Ligne {number + 1}\u00a0: un guillemet y est ouvert et mal refermé. Corrigez-la, ou "
            "enregistrez votre tableau au format .xlsx."
        ) from error


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return content.decode("utf-16")
        except UnicodeDecodeError as error:
            raise Unreadable(BINARY) from error
    content = content.removeprefix(b"\xef\xbb\xbf")
    if b"\0" in content:
        raise Unreadable(BINARY)
    try:
        return content.decode()
    except UnicodeDecodeError:
        return _windows(content)


def _windows(content: bytes) -> str:
    """The whole file as Windows-1252; a file with UTF-8 lines too is refused, since some would be garbled."""
    ways = {True: 0, False: 0}  # first line that is UTF-8, first that is not
    for number, line in enumerate(content.splitlines(), 1):
        if not line.isascii():
            try:
                line.decode()
                ways[True] = ways[True] or number
            except UnicodeDecodeError:
                ways[False] = ways[False] or number
    if ways[True]:
        raise Unreadable(
            f"Ligne {max(ways.values())}\u00a0: certains accents de ce fichier sont illisibles. Enregistrez "
            "votre tableau au format .xlsx."
        )
    try:
        return content.decode("cp1252")
    except UnicodeDecodeError as error:
        at = content[: error.start].count(b"\n") + 1
        raise Unreadable(f"Ligne {at}\u00a0: un caractère y est illisible. {BINARY}") from error


def _separator(text: str, into: Lines) -> str:
    """The one that finds most of the titles in the first line."""
    first = next((line for line in text.splitlines() if line.strip(" ;,\t")), "")
    return max(SEPARATORS, key=lambda one: sum(into.knows(title.strip('" ')) for title in first.split(one)))
