"""One writer of workbooks in a process of its own: `python -m tests.bench.classeurs.child ours 1000 a.xlsx`.

Twenty columns of each kind that reports have. Answers in JSON: processor seconds, those of making the rows
taken off, and the most memory that the process has held.
"""

import json
import sys
from datetime import UTC, date, datetime, timedelta
from itertools import cycle, islice
from time import process_time

import openpyxl
from django.conf import settings

from tests.bench.report import peak
from viatraj.core.workbook import Column, Workbook

KINDS = (
    *("", "", "", "", "int", "int", "int", "decimal", "decimal", "percent", "percent"),
    *("date", "date", "date", "instant", "instant", "duration", "duration", "month", "int"),
)
FORMATS = {
    "date": "dd/mm/yyyy",
    "instant": "dd/mm/yyyy hh:mm",
    "duration": "[h]:mm",
    "percent": "0.0%",
    "month": "mm/yyyy",
    "decimal": "#,##0.0",
    "int": "#,##0",
}
MANY = 10_000  # rows that differ


def rows(many: int):
    """Made once, told again and again: what is measured is their writing."""
    made = [tuple(MADE[kind](row * 37 + n * 11, n) for n, kind in enumerate(KINDS)) for row in range(MANY)]
    return islice(cycle(made), many)


MADE = {
    "": lambda n, column: (f"EHPAD les Tilleuls {n % 977}", "Refusé", f"D-{n:08}", "Soins & réadaptation")[
        column
    ],
    "int": lambda n, column: n % 5000,
    "decimal": lambda n, column: n / 7,
    "percent": lambda n, column: n % 1000 / 1000,
    "date": lambda n, column: date(2022, 1, 1) + timedelta(days=n % 1500),
    "month": lambda n, column: date(2022 + n % 4, 1 + n % 12, 1),
    "instant": lambda n, column: datetime(2022, 1, 1, tzinfo=UTC) + timedelta(minutes=n * 13 % 2_000_000),
    "duration": lambda n, column: n * 61 % 9_000_000,
}


def ours(lines, path):
    columns = [Column(f"Colonne {n}", 14, kind) for n, kind in enumerate(KINDS)]
    with Workbook(path) as book, book.sheet("Données", columns) as sheet:
        sheet.write_rows(lines)


def theirs(lines, path):
    """As its documentation has it for large files; a duration is a part of a day, an instant has no zone."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Données")
    sheet.append([f"Colonne {n}" for n in range(len(KINDS))])
    for line in lines:
        sheet.append([_their_cell(sheet, kind, value) for kind, value in zip(KINDS, line, strict=True)])
    book.save(path)


def _their_cell(sheet, kind, value):
    if not kind:
        return value
    if kind == "duration":
        value /= 86_400
    elif kind == "instant":
        value = value.replace(tzinfo=None)
    cell = openpyxl.cell.WriteOnlyCell(sheet, value)
    cell.number_format = FORMATS[kind]
    return cell


WRITERS = {"ours": ours, "theirs": theirs}

if __name__ == "__main__":
    settings.configure(USE_TZ=True, TIME_ZONE="Europe/Paris")
    way, many, path = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    lines = rows(many)
    started = process_time()
    WRITERS[way](lines, path)
    cpu = process_time() - started
    print(json.dumps({"cpu": cpu, "peak": peak()}))
