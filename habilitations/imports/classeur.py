"""Reads a workbook that anybody may have made: everything is bounded before it is believed."""

import re
import zipfile
from contextlib import closing
from io import BytesIO

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from habilitations.imports.table import (
    FORMULA,
    MAX_COLUMNS,
    MAX_SCANNED,
    TOO_LONG,
    TOO_WIDE,
    Cell,
    Lines,
    Unreadable,
)

MAX_PARTS, MAX_UNZIPPED = 200, 12_000_000
WIDEST = 500  # empty cells with a border or a colour, to the right of ours
SHEET = "Import"
DAMAGED = "Ce classeur est abîmé, ou n’est pas un fichier .xlsx. Enregistrez-le de nouveau au format .xlsx."
OLD = (
    "Ce fichier est un ancien classeur .xls, ou un classeur protégé par un mot de passe. Enregistrez-le au "
    "format .xlsx, sans mot de passe."
)
BOMB = "Ce classeur est anormalement volumineux une fois ouvert. Recopiez les personnes dans un modèle neuf."
MACROS = "Ce classeur contient des macros. Enregistrez-le au format .xlsx, sans macro."
LINKED = "Ce classeur contient des données ou des liens externes. Collez les valeurs dans un modèle neuf."


def read(content: bytes) -> list[dict]:
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unreadable(OLD)
    _check_parts(content)
    try:
        with closing(load_workbook(BytesIO(content), read_only=True, keep_links=False)) as book:
            return _lines(book)
    except Unreadable:
        raise
    except Exception as error:  # openpyxl lets anything through: KeyError, ParseError, zlib.error…
        raise Unreadable(DAMAGED) from error


def _check_parts(content):
    """Sizes as the archive declares them: reading stops there, whatever the data would inflate to."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            parts = archive.infolist()
            if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNZIPPED:
                raise Unreadable(BOMB)
            if any(part.flag_bits & 1 for part in parts):
                raise Unreadable(OLD)
            names = [part.filename.lower() for part in parts]
            if any(
                name.endswith(("vbaproject.bin", ".exe", ".dll")) or "/activex/" in name for name in names
            ):
                raise Unreadable(MACROS)
            if any("externallink" in name or name.endswith("connections.xml") for name in names):
                raise Unreadable(LINKED)
            for part in parts:
                _check_xml(part.filename, archive.read(part))
    except Unreadable:
        raise
    except Exception as error:  # BadZipFile, zlib.error, NotImplementedError, struct.error…
        raise Unreadable(DAMAGED) from error


def _check_xml(name, data):
    """No entity may grow; an encoding where this could not be seen is not that of a spreadsheet."""
    if not name.endswith((".xml", ".rels")):
        return
    if (
        data[:2] in (b"\xff\xfe", b"\xfe\xff")
        or b"\0" in data[:200]
        or b"<!DOCTYPE" in data
        or b"<!ENTITY" in data
    ):
        raise Unreadable(DAMAGED)


def _lines(book) -> list[dict]:
    if not book.worksheets:
        raise Unreadable("Ce classeur n’a pas de feuille de calcul.")
    sheet = next((one for one in book.worksheets if one.title == SHEET), book.worksheets[0])
    _refuse_merged(sheet)
    sheet.reset_dimensions()  # what a file says of its own size is not to be believed
    lines = Lines(typed_dates=True)
    for number, row in enumerate(sheet.iter_rows(), 1):
        if number > MAX_SCANNED:
            raise Unreadable(TOO_LONG)
        if len(row) > WIDEST or any(one.value is not None for one in row[MAX_COLUMNS:]):
            raise Unreadable(TOO_WIDE)
        lines.add(number, _trimmed([_cell(one) for one in row[:MAX_COLUMNS]]))
    return lines.result()


def _cell(one) -> Cell:
    if one.value is None:
        return Cell()
    if one.data_type == "f":
        return Cell(fault=f"cellule {get_column_letter(one.column)}{one.row}, {FORMULA}")
    if one.data_type == "e":
        return Cell(fault=f"cellule {get_column_letter(one.column)}{one.row}, c’est une erreur de calcul.")
    return Cell(one.value)


def _trimmed(cells: list[Cell]) -> list[Cell]:
    while cells and not cells[-1].fault and str(cells[-1].value).strip() == "":
        cells.pop()
    return cells


def _refuse_merged(sheet):
    with sheet._get_source() as source:  # the read-only sheet does not tell of merged cells
        found = re.search(rb'<(?:\w+:)?mergeCell\b[^>]*\bref="([A-Z0-9:]{1,20})"', source.read())
    if found:
        place = found[1].decode()
        line = re.search(r"\d+", place)[0]
        raise Unreadable(
            f"Ligne {line}\u00a0: les cellules {place} sont fusionnées. Donnez à chacune sa valeur."
        )
