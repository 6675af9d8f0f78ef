"""Excel lists of any length in constant memory: true dates, text that is never read as a formula.

    with Workbook(file) as book, book.sheet("Revue", [Column("Nom", 24), Column("Fin", 12, "date")]) as sheet:
        sheet.write_rows(rows)

Why by hand: openpyxl and xlsxwriter cost some ten times the CPU of this (docs/adr/0013-workbooks.md).
"""

import re
import zipfile
from collections.abc import Callable, Iterable
from datetime import date, datetime
from functools import lru_cache
from io import BytesIO
from itertools import islice
from typing import NamedTuple

from django.utils import timezone

MAX_ROWS = 1_048_576  # of a sheet; what is beyond goes on in the next one
MAX_BYTES = 2_000_000_000  # beyond 2 GiB a part needs ZIP64, which Excel «repairs»
MAX_TEXT = 32_767  # of a cell
XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMATS = "application/vnd.openxmlformats-"
STYLES = (  # cells: 0 plain, 1 date, 2 instant, 3 head, 4 begins like a formula
    f'<styleSheet xmlns="{MAIN}"><numFmts count="2"><numFmt numFmtId="164" formatCode="dd/mm/yyyy"/>'
    '<numFmt numFmtId="165" formatCode="dd/mm/yyyy\\ hh:mm"/></numFmts>'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="5"><xf xfId="0"/><xf xfId="0" numFmtId="164" applyNumberFormat="1"/>'
    '<xf xfId="0" numFmtId="165" applyNumberFormat="1"/><xf xfId="0" fontId="1" applyFont="1"/>'
    '<xf xfId="0" quotePrefix="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)
FORMULA = frozenset("=+-@\t\r")
KINDS = {"": 0, "date": 1, "instant": 2}
# Not to be pasted as it is: markup, what XML refuses, outer spaces, what Excel would read as an escape.
SPECIAL = re.compile("[&<>\0-\x1f\ud800-\udfff\ufffe\uffff]|^ | $|_x[0-9A-Fa-f]{4}_").search
ILLEGAL = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
LOOKALIKE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")  # Excel would read _x0041_ as A
EPOCH = date(1899, 12, 30).toordinal()  # Excel counts from here, once past its 29 February 1900


def write(title: str, head: list[str], rows: Iterable, *, widths: list[int]) -> bytes:
    """A short list, whole."""
    out = BytesIO()
    columns = [Column(*one) for one in zip(head, widths, strict=True)]
    with Workbook(out) as book, book.sheet(title, columns) as sheet:
        sheet.write_rows(rows)
    return out.getvalue()


class Column(NamedTuple):
    title: str
    width: int = 14
    kind: str = ""


def _escape(text: str) -> str:
    text = ILLEGAL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))[:MAX_TEXT]
    text = LOOKALIKE.sub("_x005F_", text).replace("&", "&amp;")
    return text.replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def _text(value: str, style: str = "") -> str:
    """An inline string is never a formula; the style keeps it so when somebody edits the cell."""
    if value[:1] in FORMULA and not style:
        style = ' s="4"'
    if len(value) > MAX_TEXT or SPECIAL(value):
        return f'<c t="inlineStr"{style}><is><t xml:space="preserve">{_escape(value)}</t></is></c>'
    return f'<c t="inlineStr"{style}><is><t>{value}</t></is></c>'


def _number(value: int) -> str:
    """Excel keeps fifteen digits: longer, it is a name and not a number."""
    return f"<c><v>{value}</v></c>" if abs(value) < 10**15 else _text(str(value))


@lru_cache(4096)
def _date(value: date) -> str:
    serial = value.toordinal() - EPOCH
    return f'<c s="1"><v>{serial}</v></c>' if serial > 60 else _text(value.isoformat())


def _instant(value: datetime) -> str:
    """A cell knows no zone: an aware instant is written in Paris."""
    if value.tzinfo:
        value = timezone.make_naive(value)
    seconds = value.hour * 3600 + value.minute * 60 + value.second
    return f'<c s="2"><v>{value.toordinal() - EPOCH + seconds / 86400}</v></c>'


class Cells(str):
    """Some cells already written, for what many rows say alike."""

    @classmethod
    def of(cls, values: Iterable) -> "Cells":
        return cls("".join([CELLS.get(type(value), _other)(value) for value in values]))


CELLS: dict[type, Callable[..., str]] = {
    Cells: lambda cells: cells,
    str: _text,
    int: _number,
    bool: lambda value: _text("Oui" if value else "Non"),
    date: _date,
    datetime: _instant,
    type(None): lambda _: "<c/>",
}


def _other(value) -> str:
    """SafeString, choices and the like: as the text that they are."""
    return _text(str(value))


def _letters(number: int) -> str:
    return _letters((number - 1) // 26) + chr(65 + (number - 1) % 26) if number else ""


class Workbook:
    """`target` is a path or a binary file. Cut short by an error, it does not open."""

    def __init__(self, target, *, max_rows: int = MAX_ROWS):
        self.max_rows = max_rows
        self.sheets: list[tuple[str, str]] = []
        self._zip = zipfile.ZipFile(target, "w")

    def sheet(self, name: str, columns: list[Column]) -> "Sheet":
        return Sheet(self, name, columns)

    def part(self, name: str):
        info = zipfile.ZipInfo(name)  # dated 1980: same rows, same bytes
        info.compress_type, info.create_system = zipfile.ZIP_DEFLATED, 0
        info._compresslevel = 3  # type: ignore[attr-defined]  # three times quicker, a tenth longer
        return self._zip.open(info, "w")

    def __enter__(self):
        return self

    def __exit__(self, error, *_):
        if error:
            self._zip.fp = None  # without its directory it stays unreadable
            return
        sheets = [(number, _escape(name), area) for number, (name, area) in enumerate(self.sheets, 1)]
        entries = "".join(f'<sheet name="{name}" sheetId="{n}" r:id="rId{n}"/>' for n, name, _ in sheets)
        filters = "".join(
            f'<definedName name="_xlnm._FilterDatabase" localSheetId="{n - 1}" hidden="1">'
            f"'{name}'!{area}</definedName>"
            for n, name, area in sheets
        )
        self._write(
            "xl/workbook.xml",
            f'<workbook xmlns="{MAIN}" xmlns:r="{DOCUMENT}"><sheets>{entries}</sheets>'
            f"<definedNames>{filters}</definedNames></workbook>",
        )
        parts = [(n, "worksheet", f"worksheets/sheet{n}.xml") for n, *_ in sheets]
        self._links("xl/_rels/workbook.xml.rels", [*parts, (0, "styles", "styles.xml")])
        self._links("_rels/.rels", [(1, "officeDocument", "xl/workbook.xml")])
        self._write("xl/styles.xml", STYLES)
        self._write("[Content_Types].xml", self._types())  # no docProps: neither author nor date
        self._zip.close()

    def _types(self) -> str:
        return (
            f'<Types xmlns="{PACKAGE}/content-types">'
            f'<Default Extension="rels" ContentType="{FORMATS}package.relationships+xml"/>'
            f'<Default Extension="xml" ContentType="{FORMATS}officedocument.spreadsheetml.worksheet+xml"/>'
            f'<Override PartName="/xl/workbook.xml" '
            f'ContentType="{FORMATS}officedocument.spreadsheetml.sheet.main+xml"/>'
            f'<Override PartName="/xl/styles.xml" '
            f'ContentType="{FORMATS}officedocument.spreadsheetml.styles+xml"/></Types>'
        )

    def _links(self, name: str, links):
        texts = (
            f'<Relationship Id="rId{n}" Type="{DOCUMENT}/{kind}" Target="{to}"/>' for n, kind, to in links
        )
        self._write(name, f'<Relationships xmlns="{PACKAGE}/relationships">{"".join(texts)}</Relationships>')

    def _write(self, name: str, text: str):
        with self.part(name) as file:
            file.write((XML + text).encode())


class Sheet:
    """One at a time. The head is bold, frozen, with filters; a full sheet goes on in «name (2)»."""

    def __init__(self, book: Workbook, name: str, columns: list[Column]):
        self._book, self._columns, self._page = book, columns, 0
        self._name = re.sub(r"[\[\]:*?/\\']", "-", name)[:25] or "-"

    def __enter__(self):
        self._page, self._rows, self._bytes = self._page + 1, 0, 0
        self._file = self._book.part(f"xl/worksheets/sheet{len(self._book.sheets) + 1}.xml")
        widths = "".join(
            f'<col min="{n}" max="{n}" width="{one.width}" customWidth="1" style="{KINDS[one.kind]}"/>'
            for n, one in enumerate(self._columns, 1)
        )
        titles = "".join(_text(one.title, ' s="3"') for one in self._columns)
        self._write(
            [
                f'{XML}<worksheet xmlns="{MAIN}"><sheetViews><sheetView workbookViewId="0">'
                '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView>'
                f"</sheetViews><cols>{widths}</cols><sheetData><row>{titles}</row>"
            ]
        )
        return self

    def __exit__(self, error, *_):
        last = _letters(len(self._columns))
        if not error:
            self._file.write(f'</sheetData><autoFilter ref="A1:{last}{self._rows}"/></worksheet>'.encode())
        self._file.close()
        name = self._name if self._page == 1 else f"{self._name} ({self._page})"
        self._book.sheets.append((name, f"$A$1:${last}${self._rows}"))

    def write_rows(self, rows):
        cell, rows = CELLS.get, iter(rows)
        while chunk := [
            f"<row>{''.join([cell(type(value), _other)(value) for value in row])}</row>"
            for row in islice(rows, 256)
        ]:
            if self._rows + len(chunk) > self._book.max_rows or self._bytes > MAX_BYTES:
                self.__exit__(None)
                self.__enter__()
            self._write(chunk)

    def _write(self, rows: list[str]):
        self._rows += len(rows)
        self._bytes += self._file.write("".join(rows).encode())
