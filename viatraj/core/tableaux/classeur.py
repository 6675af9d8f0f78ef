"""Reads a workbook made by anybody: sizes are checked before anything is read."""

import re
import zipfile
from contextlib import closing
from io import BytesIO

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from viatraj.core.reading import reads
from viatraj.core.tableaux.cellules import (
    FORMULA,
    MAX_COLUMNS,
    MAX_PROBLEMS,
    MAX_SCANNED,
    TOO_LONG,
    TOO_WIDE,
    Cell,
    Lines,
    Unreadable,
)

MAX_PARTS, MAX_UNZIPPED = 200, 12_000_000
WIDEST = 500  # empty cells with a border or a colour, to the right of ours
SHEET, LISTS = "Import", "Listes"  # of our templates; their lists are hidden
DAMAGED = "Ce classeur est abîmé, ou n’est pas un fichier .xlsx. Enregistrez-le de nouveau au format .xlsx."
OLD = (
    "Ce fichier est un ancien classeur .xls, ou un classeur protégé par un mot de passe. Enregistrez-le au "
    "format .xlsx, sans mot de passe."
)
BOMB = "Ce classeur est anormalement volumineux une fois ouvert. Recopiez ses lignes dans un fichier neuf."
MACROS = "Ce classeur contient des macros. Enregistrez-le au format .xlsx, sans macro."
STRICT = (
    "Ce classeur est au format «\u00a0Open XML Strict\u00a0». Enregistrez-le au format «\u00a0Classeur Excel "
    "(.xlsx)\u00a0»."
)
HIDDEN = "Toutes les feuilles de ce classeur sont masquées. Affichez celle qui porte les lignes."
HIDDEN_COLUMNS = (
    "Des colonnes masquées contiennent des valeurs\u00a0: {}. Affichez-les ou supprimez-les, puis déposez le "
    "fichier de nouveau."
)
LINKED = "Ce classeur contient des données ou des liens externes. Collez les valeurs dans un fichier neuf."


@reads(Unreadable, lambda: Unreadable(DAMAGED))  # openpyxl lets anything through: KeyError, ParseError…
def read(content: bytes, into: Lines) -> None:
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unreadable(OLD)
    _check_parts(content)
    with closing(load_workbook(BytesIO(content), read_only=True, keep_links=False)) as book:
        _take_in(book, into)


def _check_parts(content):
    """Checks the sizes that the archive declares; reading never goes beyond them."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        parts = archive.infolist()
        if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNZIPPED:
            raise Unreadable(BOMB)
        if any(part.flag_bits & 1 for part in parts):
            raise Unreadable(OLD)
        names = [part.filename.lower() for part in parts]
        if any(name.endswith(("vbaproject.bin", ".exe", ".dll")) or "/activex/" in name for name in names):
            raise Unreadable(MACROS)
        if any("externallink" in name or name.endswith("connections.xml") for name in names):
            raise Unreadable(LINKED)
        for part in parts:
            _check_xml(part.filename, archive.read(part))


def _check_xml(name, data):
    """Refuses XML entities (they may expand without end), and encodings in which they could be hidden."""
    if not name.endswith((".xml", ".rels")):
        return
    if (
        data[:2] in (b"\xff\xfe", b"\xfe\xff")
        or b"\0" in data[:200]
        or b"<!DOCTYPE" in data
        or b"<!ENTITY" in data
    ):
        raise Unreadable(DAMAGED)
    if name == "xl/workbook.xml" and b"http://purl.oclc.org/ooxml/" in data:
        raise Unreadable(STRICT)


def _take_in(book, lines: Lines) -> None:
    """Hidden rows and sheets are left out, and said. A hidden column may hold rights: it is refused."""
    sheet = _sheet(book)
    with sheet._get_source() as source:  # a read-only sheet knows no merged or hidden cells
        raw = source.read()
    _refuse_merged(raw)
    hidden, unseen = _hidden_rows(raw), _hidden_columns(raw)
    left_out, filled = [], set()
    for number, cells in _rows(sheet):
        if number in hidden and cells:
            left_out.append(number)
            continue
        if lines.is_begun:  # below the titles
            filled |= {at for at in unseen if at < len(cells) and str(cells[at].value).strip()}
        lines.add(number, cells)
    if filled:
        letters = ", ".join(get_column_letter(at + 1) for at in sorted(filled))
        raise Unreadable(HIDDEN_COLUMNS.format(letters))
    lines.left_out += _said(left_out, book)


def _sheet(book):
    """The sheet «Import», else the first one."""
    if not book.worksheets:
        raise Unreadable("Ce classeur n’a pas de feuille de calcul.")
    seen = [one for one in book.worksheets if one.sheet_state == "visible"]
    if not seen:
        raise Unreadable(HIDDEN)
    return next((one for one in seen if one.title == SHEET), seen[0])


def _rows(sheet):
    sheet.reset_dimensions()  # what a file says of its own size is not to be believed
    for number, row in enumerate(sheet.iter_rows(), 1):
        if number > MAX_SCANNED:
            raise Unreadable(TOO_LONG)
        if len(row) > WIDEST or any(one.value is not None for one in row[MAX_COLUMNS:]):
            raise Unreadable(TOO_WIDE)
        yield number, _trimmed([_cell(one) for one in row[:MAX_COLUMNS]])


def _said(rows: list[int], book) -> list[str]:
    sheets = [one.title for one in book.worksheets if one.sheet_state != "visible" and one.title != LISTS]
    said = [f"La feuille masquée «\u00a0{title}\u00a0» n’est pas importée." for title in sheets]
    if len(rows) == 1:
        said.append(f"Ligne {rows[0]}\u00a0: elle est masquée ou filtrée, elle n’est pas importée.")
    elif rows:
        numbers = ", ".join(map(str, rows[:20])) + ("…" if len(rows) > 20 else "")
        said.append(f"{len(rows)} lignes masquées ou filtrées ne sont pas importées\u00a0: {numbers}.")
    return said


def _cell(one) -> Cell:
    if one.value is None:
        return Cell()
    if one.data_type == "f":
        return Cell(str(one.value), FORMULA)
    if one.data_type == "e":
        return Cell(str(one.value), "C’est une erreur de calcul. Saisissez la valeur à la place.")
    return Cell(one.value)


def _trimmed(cells: list[Cell]) -> list[Cell]:
    while cells and not cells[-1].fault and str(cells[-1].value).strip() == "":
        cells.pop()
    return cells


def _hidden_rows(raw: bytes) -> set[int]:
    found, number = set(), 0
    for row in re.finditer(rb"<(?:\w+:)?row\b([^>]*)>", raw):
        at = re.search(rb"\br=[\"'](\d{1,9})[\"']", row[1])
        number = int(at[1]) if at else number + 1
        if re.search(rb"\bhidden=[\"'](?:1|true)[\"']", row[1]):
            found.add(number)
    return found


def _hidden_columns(raw: bytes) -> set[int]:
    """From 0, among those that are looked at."""
    found = set()
    for column in re.finditer(rb"<(?:\w+:)?col\b([^>]*)>", raw):
        bounds = [re.search(rb"\b" + name + rb"=[\"'](\d{1,5})[\"']", column[1]) for name in (b"min", b"max")]
        if re.search(rb"\bhidden=[\"'](?:1|true)[\"']", column[1]) and None not in bounds:
            first, last = (int(bound[1]) for bound in bounds if bound)
            found |= set(range(first - 1, min(last, MAX_COLUMNS)))
    return found


def _refuse_merged(raw: bytes):
    """Each of them, up to a bound."""
    merged = re.findall(rb'<(?:\w+:)?mergeCell\b[^>]*\bref="([A-Z0-9:]{1,20})"', raw)[:MAX_PROBLEMS]
    places = sorted((int((re.search(rb"\d{1,9}", place) or [1])[0]), place.decode()) for place in merged)
    if places:
        raise Unreadable(
            *(
                f"Ligne {line}\u00a0: les cellules {place} sont fusionnées. Donnez à chacune sa valeur."
                for line, place in places
            )
        )
