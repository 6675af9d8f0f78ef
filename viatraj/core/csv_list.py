"""Lists as csv, as Excel opens them in France: UTF-8 with its mark, «;», decimal commas; never a formula.

sheet = CsvList(file, [Column("Nom"), Column("Part", kind="percent")])
sheet.write_rows(rows)

An archive holds several, one file each, as a workbook holds sheets:

with CsvArchive(file) as book, book.sheet("Données", [Column("Nom")]) as sheet:
    sheet.write_rows(rows)
"""

import csv
import zipfile
from codecs import BOM_UTF8
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from itertools import islice
from math import isfinite
from typing import IO, Any

from django.utils import timezone

from viatraj.core.cells import FORMULA
from viatraj.core.workbook import Column

TYPE = "application/zip"  # of an archive
UTF8_NAMES = 0x800  # flag of an entry whose name has accents
PLACES = {"decimal": 2}  # after the comma


def harmless(value: Any) -> Any:
    """A spreadsheet runs what begins like a formula, except a telephone number."""
    if isinstance(value, str) and value[:1] in FORMULA and not value[1:].isdecimal():
        return f"'{value}"
    return value


class CsvList:
    """Into a binary file, which stays open. `comma`: what parts the decimals."""

    def __init__(self, file: IO[bytes], columns: Sequence[Column], *, comma: str = ","):
        file.write(BOM_UTF8)
        self._writer = csv.writer(_Encoded(file), delimiter=";")
        self._cells = [_cell_of(one.kind, comma) for one in columns]
        self._writer.writerow([harmless(one.title) for one in columns])

    def write_rows(self, rows: Iterable[Sequence[Any]]) -> None:
        rows = iter(rows)
        while chunk := list(islice(rows, 256)):
            self._writer.writerows(
                [[cell(value) for cell, value in zip(self._cells, row, strict=True)] for row in chunk]
            )


class CsvArchive:
    """Into a binary file, which need not seek: each list is a file of a zip, under its own name."""

    def __init__(self, file: IO[bytes], *, comma: str = ","):
        self._zip, self._comma = zipfile.ZipFile(file, "w"), comma

    @contextmanager
    def sheet(self, name: str, columns: Sequence[Column]) -> Iterator[CsvList]:
        info = zipfile.ZipInfo(f"{name}.csv")  # dated 1980: same rows, same bytes
        info.compress_type, info.create_system = zipfile.ZIP_DEFLATED, 0
        info.flag_bits |= UTF8_NAMES
        with self._zip.open(info, "w", force_zip64=True) as part:
            yield CsvList(part, columns, comma=self._comma)

    def __enter__(self) -> "CsvArchive":
        return self

    def __exit__(self, error: object, *_: object) -> None:
        if error:
            self._zip.fp = None  # without its directory it stays unreadable
            return
        self._zip.close()


class _Encoded:
    """What csv writes into; the file may know nothing but `write`."""

    def __init__(self, file: IO[bytes]):
        self._file = file

    def write(self, text: str) -> None:
        self._file.write(text.encode())


def _cell_of(kind: str, comma: str) -> Callable[[Any], Any]:
    table: dict[type, Callable[[Any], Any]] = {
        str: _text,
        bool: lambda value: "Oui" if value else "Non",
        float: partial(_number, kind=kind, comma=comma),
        Decimal: partial(_number, kind=kind, comma=comma),
        date: "{0:%m/%Y}".format if kind == "month" else "{0:%d/%m/%Y}".format,
        datetime: lambda value: f"{_in_paris(value):%d/%m/%Y %H:%M}",
        timedelta: _duration,
        type(None): lambda _: "",
        int: str,
    }
    if kind == "percent":
        table[int] = table[float]
    if kind == "duration":
        table |= dict.fromkeys(
            (int, float, Decimal), lambda value: _duration(timedelta(seconds=float(value)))
        )
    return lambda value: table.get(type(value), _other)(value)


def _text(value: str) -> str:
    """Without what no text file holds."""
    return harmless(value.replace("\0", ""))


def _other(value: Any) -> str:
    return _text(str(value))


def _number(value: float | Decimal, *, kind: str, comma: str) -> str:
    if not isfinite(value):
        return ""
    if kind == "percent":
        return f"{value * 100:.1f}%".replace(".", comma)
    if kind in PLACES:
        said = f"{value:.{PLACES[kind]}f}"
    else:
        said = format(value, "f") if isinstance(value, Decimal) else repr(value)
    return said.replace(".", comma)


def _in_paris(value: datetime) -> datetime:
    return timezone.make_naive(value) if value.tzinfo else value


def _duration(value: timedelta) -> str:
    """Hours and minutes, beyond a day too: 26:30."""
    hours, minutes = divmod(abs(round(value / timedelta(minutes=1))), 60)
    return f"{'-' if value.days < 0 else ''}{hours}:{minutes:02}"
