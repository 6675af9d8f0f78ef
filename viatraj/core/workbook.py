"""Excel lists of any length in constant memory: true dates, text that is never read as a formula.

    with Workbook(file) as book, book.sheet("Revue", [Column("Nom", 24), Column("Fin", 12, "date")]) as sheet:
        sheet.write_rows(rows)

Why by hand: openpyxl and xlsxwriter cost some ten times the CPU of this (docs/adr/0013-workbooks.md).
"""

import re
import zipfile
from collections.abc import Iterable
from io import BytesIO
from itertools import islice
from typing import NamedTuple

from viatraj.core.cells import FORMULA as FORMULA
from viatraj.core.cells import KINDS, escape, rows_of, text
from viatraj.core.cells import Cells as Cells

MAX_ROWS = 1_048_576  # of a sheet; what is beyond goes on in the next one
MAX_BYTES = 2_000_000_000  # beyond 2 GiB a part needs ZIP64, which Excel «repairs»
XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMATS = "application/vnd.openxmlformats-"
CODES = ("dd/mm/yyyy", "dd/mm/yyyy\\ hh:mm", "[h]:mm", "0.0%", "mm/yyyy", "#,##0.0")  # from 164 on
WRAPPED = '<alignment vertical="top" wrapText="1"/>'
CELL_STYLES = (  # in the order of `cells.KINDS`; 3 is the head, 4 begins like a formula
    '<xf xfId="0"/>',
    '<xf xfId="0" numFmtId="164" applyNumberFormat="1"/>',
    '<xf xfId="0" numFmtId="165" applyNumberFormat="1"/>',
    f'<xf xfId="0" fontId="1" applyFont="1" applyAlignment="1">{WRAPPED}</xf>',
    '<xf xfId="0" quotePrefix="1"/>',
    f'<xf xfId="0" quotePrefix="1" applyAlignment="1">{WRAPPED}</xf>',
    '<xf xfId="0" numFmtId="3" applyNumberFormat="1"/>',  # #,##0
    '<xf xfId="0" numFmtId="169" applyNumberFormat="1"/>',
    '<xf xfId="0" numFmtId="167" applyNumberFormat="1"/>',
    '<xf xfId="0" numFmtId="166" applyNumberFormat="1"/>',
    '<xf xfId="0" numFmtId="168" applyNumberFormat="1"/>',
)
STYLES = (
    f'<styleSheet xmlns="{MAIN}"><numFmts count="{len(CODES)}">'
    + "".join(f'<numFmt numFmtId="{n}" formatCode="{code}"/>' for n, code in enumerate(CODES, 164))
    + '</numFmts><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    f'<cellXfs count="{len(CELL_STYLES)}">{"".join(CELL_STYLES)}</cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)
# One page wide, as many as it takes long; each bears the sheet's name and its number.
PRINTED = (
    '<pageMargins left="0.4" right="0.4" top="0.5" bottom="0.6" header="0.3" footer="0.3"/>'
    '<pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/>'
    "<headerFooter><oddFooter>&amp;L&amp;A&amp;RPage &amp;P sur &amp;N</oddFooter></headerFooter>"
)


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
        sheets = [(number, escape(name), area) for number, (name, area) in enumerate(self.sheets, 1)]
        entries = "".join(f'<sheet name="{name}" sheetId="{n}" r:id="rId{n}"/>' for n, name, _ in sheets)
        named = "".join(
            f'<definedName name="_xlnm.{what}" localSheetId="{n - 1}"{hidden}>'
            f"'{name}'!{where}</definedName>"
            for n, name, area in sheets
            for what, hidden, where in (
                ("_FilterDatabase", ' hidden="1"', area),
                ("Print_Area", "", area),
                ("Print_Titles", "", "$1:$1"),
            )
        )
        self._write(
            "xl/workbook.xml",
            f'<workbook xmlns="{MAIN}" xmlns:r="{DOCUMENT}"><sheets>{entries}</sheets>'
            f"<definedNames>{named}</definedNames></workbook>",
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
        self._row = rows_of([one.kind for one in columns])
        self._name = re.sub(r"[\[\]:*?/\\']", "-", name)[:25] or "-"

    def __enter__(self):
        self._page, self._rows, self._bytes = self._page + 1, 0, 0
        self._file = self._book.part(f"xl/worksheets/sheet{len(self._book.sheets) + 1}.xml")
        widths = "".join(
            f'<col min="{n}" max="{n}" width="{one.width}" customWidth="1" style="{KINDS[one.kind]}"/>'
            for n, one in enumerate(self._columns, 1)
        )
        titles = "".join(text(one.title, ' s="3"') for one in self._columns)
        self._write(
            [
                f'{XML}<worksheet xmlns="{MAIN}"><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>'
                '<sheetViews><sheetView workbookViewId="0">'
                '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView>'
                f"</sheetViews><cols>{widths}</cols><sheetData><row>{titles}</row>"
            ]
        )
        return self

    def __exit__(self, error, *_):
        last = _letters(len(self._columns))
        if not error:
            filters = f'</sheetData><autoFilter ref="A1:{last}{self._rows}"/>'
            self._file.write(f"{filters}{PRINTED}</worksheet>".encode())
        self._file.close()
        name = self._name if self._page == 1 else f"{self._name} ({self._page})"
        self._book.sheets.append((name, f"$A$1:${last}${self._rows}"))

    def write_rows(self, rows):
        rows = iter(rows)
        while chunk := list(map(self._row, islice(rows, 256))):
            if self._rows + len(chunk) > self._book.max_rows or self._bytes > MAX_BYTES:
                self.__exit__(None)
                self.__enter__()
            self._write(chunk)

    def _write(self, rows: list[str]):
        self._rows += len(rows)
        self._bytes += self._file.write("".join(rows).encode())
