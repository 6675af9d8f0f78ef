"""Lists as csv: as a French Excel opens them, never a formula (OBS-4)."""

import csv
import io
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from tests.core.test_workbook import NASTY
from viatraj.core.csv_list import CsvList
from viatraj.core.workbook import Column


def written(rows, kinds, **options) -> bytes:
    file = io.BytesIO()
    sheet = CsvList(file, [Column(f"c{n}", kind=kind) for n, kind in enumerate(kinds)], **options)
    sheet.write_rows(rows)
    return file.getvalue()


def read(raw: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""), delimiter=";"))


def test_it_says_what_it_is_and_parts_by_semicolons():
    raw = written([["é", "b;c"]], ["", ""])
    assert raw == b'\xef\xbb\xbfc0;c1\r\n\xc3\xa9;"b;c"\r\n'


def test_nothing_begins_like_a_formula():
    _, *rows = read(written([[text] for text in NASTY], [""]))
    cells = [row[0] if row else "" for row in rows]
    assert [cell for cell in cells if cell[:1] in tuple("=+-@\t\r")] == ["-2"], "a number is no formula"
    assert [cell.removeprefix("'") for cell in cells] == NASTY


def test_each_kind_as_people_read_it():
    at = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)
    kinds = ["decimal", "percent", "duration", "date", "instant", "month", "int", "", ""]
    row = [
        Decimal("1234.567"),
        0.125,
        26 * 3600 + 1800,
        date(2028, 2, 29),
        at,
        date(2028, 2, 1),
        12,
        True,
        None,
    ]
    assert read(written([row], kinds))[1] == [
        "1234,57",
        "12,5%",
        "26:30",
        "29/02/2028",
        "02/07/2026 00:30",
        "02/2028",
        "12",
        "Oui",
        "",
    ]


def test_a_program_may_have_points():
    row = [1.5, timedelta(hours=-2), float("nan"), "a\0b"]
    assert read(written([row], ["decimal", "duration", "", ""], comma="."))[1] == ["1.50", "-2:00", "", "ab"]
