"""Small Excel workbooks: one sheet, a head, rows. What people have typed is text there, never a formula."""

from collections.abc import Iterable
from datetime import datetime
from io import BytesIO

from django.utils import timezone
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils.exceptions import IllegalCharacterError

TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


def write(title: str, head: list[str], rows: Iterable[tuple], *, widths: list[int]) -> bytes:
    """Rows of texts, numbers and instants (aware; written in local time)."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    sheet.freeze_panes = "A2"
    for number, width in enumerate(widths, start=1):
        sheet.column_dimensions[chr(ord("A") + number - 1)].width = width
    sheet.append([_cell(sheet, one, bold=True) for one in head])
    for row in rows:
        sheet.append([_cell(sheet, one) for one in row])
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _cell(sheet, value, *, bold=False) -> WriteOnlyCell:
    if isinstance(value, datetime):
        cell = WriteOnlyCell(sheet, timezone.make_naive(value))
        cell.number_format = "dd/mm/yyyy hh:mm"
        return cell
    cell = _text(sheet, value) if isinstance(value, str) else WriteOnlyCell(sheet, value)
    if bold:
        cell.font = Font(bold=True)
    return cell


def _text(sheet, value: str) -> WriteOnlyCell:
    try:
        cell = WriteOnlyCell(sheet, value)
    except IllegalCharacterError:
        cell = WriteOnlyCell(sheet, "".join(sign for sign in value if sign.isprintable()))
    cell.data_type = "s"
    cell.quotePrefix = value.startswith(FORMULA_SIGNS)  # Excel keeps it a text, also when it is edited
    return cell
