"""Excel lists: read back equal by openpyxl, nasty texts among them; never a formula."""

import io
import tracemalloc
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from openpyxl.utils.escape import unescape

from viatraj.core.workbook import Column, Workbook

NASTY = [
    "=1+1",
    "+33 6 39 98 00 00",
    "-2",
    "@SUM(A1)",
    '=HYPERLINK("http://x.example","x")',
    "\t=cmd|' /C calc'!A0",
    "00123",
    "1e5",
    "<b>&amp;</b> ]]> \"'",
    " outer spaces ",
    "two\nlines",
    "_x0041_ is no A",
    "Zoé L’Haÿ «\u202fœ\u202f» 𝒳",
    "",
]


def written(rows, columns=None, **options):
    file = io.BytesIO()
    columns = columns or [Column(f"c{n}") for n in range(len(rows[0]))]
    with Workbook(file, **options) as book, book.sheet("Revue", columns) as sheet:
        sheet.write_rows(rows)
    return file


def read(file):
    return openpyxl.load_workbook(file)


def values(sheet):
    return [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]


def test_texts_come_back_equal_and_are_no_formula():
    sheet = read(written([[text] for text in NASTY])).active
    cells = [row[0] for row in sheet.iter_rows(min_row=2)]
    assert [unescape(cell.value or "") for cell in cells] == NASTY
    assert {cell.data_type for cell in cells} <= {"s", "inlineStr", "n"}
    assert "f" not in {cell.data_type for cell in cells}


def test_what_xml_refuses_is_left_out():
    assert values(read(written([["a\0b\x0bc\ud800d\uffffe\r\nf"]])).active) == [["abcde\nf"]]


def test_a_text_too_long_for_a_cell_is_cut():
    assert len(values(read(written([["x" * 40_000]])).active)[0][0]) == 32_767


def test_dates_and_instants_are_true_ones():
    at = datetime.fromisoformat("2026-10-25T02:30")
    sheet = read(written([[date(2028, 2, 29), at, date(1900, 3, 1)]])).active
    midnights = [datetime.fromisoformat(day) for day in ("2028-02-29", "1900-03-01")]
    assert values(sheet)[0] == [midnights[0], at, midnights[1]]
    assert [cell.is_date for cell in sheet[2]] == [True, True, True]
    assert sheet["A2"].number_format == "dd/mm/yyyy"


def test_what_excel_would_change_is_text():
    """More than fifteen digits, and days before its calendar."""
    assert values(read(written([[899000000012345678, date(1880, 1, 1)]])).active) == [
        ["899000000012345678", "1880-01-01"]
    ]


def test_numbers_booleans_and_nothing():
    assert values(read(written([[12, True, False, None]])).active) == [[12, "Oui", "Non", None]]


def test_an_aware_instant_is_written_in_paris():
    at = datetime.fromisoformat("2026-07-01T22:30+00:00")
    assert values(read(written([[at]])).active) == [[datetime.fromisoformat("2026-07-02T00:30")]]


def test_the_head_is_frozen_filtered_and_wide():
    sheet = read(written([["a", "b"]], [Column("Nom", 24), Column("Fin", 12, "date")])).active
    assert [cell.value for cell in sheet[1]] == ["Nom", "Fin"]
    assert sheet["A1"].font.bold
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:B2")
    assert sheet.column_dimensions["A"].width == 24


def test_a_full_sheet_goes_on_in_the_next():
    book = read(written([[n] for n in range(700)], max_rows=300))
    assert book.sheetnames == ["Revue", "Revue (2)", "Revue (3)"]
    found = [value for sheet in book for (value,) in values(sheet)]
    assert found == list(range(700))


def test_the_same_rows_make_the_same_bytes_without_an_author():
    first, second = (written([["a", date(2026, 1, 1)]]).getvalue() for _ in range(2))
    assert first == second
    assert b"docProps" not in first


def test_cut_short_it_does_not_open():
    file = io.BytesIO()
    with pytest.raises(ZeroDivisionError), Workbook(file) as book, book.sheet("R", [Column("a")]) as sheet:
        sheet.write_rows([[1 // n] for n in (1, 0)])
    with pytest.raises(Exception, match="zip"):
        read(file)


def test_memory_does_not_grow_with_the_rows(tmp_path):
    def peak(rows):
        tracemalloc.start()
        with Workbook(tmp_path / "x.xlsx") as book, book.sheet("Revue", [Column("a")] * 5) as sheet:
            sheet.write_rows([f"texte {n}", "b", "c", n, None] for n in range(rows))
        try:
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    few = peak(2_000)
    assert peak(20_000) < few * 1.5


FORMATTED = {
    "int": (1_234, "#,##0", 1_234),
    "decimal": (Decimal("12.25"), "#,##0.0", 12.25),
    "percent": (0.125, "0.0%", 0.125),
    "duration": (timedelta(days=2, hours=3, minutes=30), "[h]:mm", timedelta(days=2, hours=3, minutes=30)),
    "month": (date(2028, 2, 1), "mm/yyyy", datetime.fromisoformat("2028-02-01")),
}


def test_numbers_are_numbers_with_the_format_of_their_column():
    """OBS-4: nothing that counts is written as text."""
    given, formats, expected = zip(*FORMATTED.values(), strict=True)
    columns = [Column(kind, kind=kind) for kind in FORMATTED]
    sheet = read(written([given], columns)).active
    assert [cell.number_format for cell in sheet[2]] == list(formats)
    assert values(sheet) == [list(expected)]
    assert [cell.data_type for cell in sheet[2]] == ["n", "n", "n", "d", "d"]


def test_numbers_in_plain_columns_are_numbers_too():
    sheet = read(written([[1.5, Decimal("2.50"), timedelta(hours=30)]])).active
    assert values(sheet) == [[1.5, 2.5, timedelta(hours=30)]]


def test_seconds_of_a_duration_are_hours_and_minutes():
    """OBS-4."""
    columns = [Column("d", kind="duration")]
    rows = [[100 * 3600 + 90], [5_400.0], [Decimal(60)], [0]]
    shown = [value for (value,) in values(read(written(rows, columns)).active)]
    assert shown[0] == timedelta(hours=100, seconds=90)
    assert [one.isoformat(timespec="minutes") if hasattr(one, "isoformat") else one for one in shown[1:]] == [
        timedelta(hours=1, minutes=30),
        timedelta(minutes=1),
        timedelta(0),
    ]


def test_what_is_no_number_is_an_empty_cell_and_a_text_stays_one():
    columns = [Column(kind, kind=kind) for kind in ("decimal", "percent", "duration", "int")]
    rows = [
        [float("nan"), Decimal("NaN"), timedelta(hours=-2, minutes=-5), "moins de 11"],
        [float("inf"), None, None, 10**15],
        [Decimal("1.2345678901234567"), True, False, 7],
    ]
    assert values(read(written(rows, columns)).active) == [
        [None, None, "-2:05", "moins de 11"],
        [None, None, None, "1000000000000000"],
        ["1.2345678901234567", "Oui", "Non", 7],
    ]


def test_it_prints_with_its_head_on_each_page():
    """OBS-4."""
    sheet = read(written([["a", "b"], ["c", "d"]])).active
    assert sheet.print_title_rows == "$1:$1"
    assert sheet.print_area == "'Revue'!$A$1:$B$3"
    page = sheet.page_setup
    assert (page.orientation, page.paperSize, page.fitToHeight) == ("landscape", 9, 0)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet["A1"].alignment.wrap_text
    assert sheet.oddFooter.right.text == "Page &P sur &N"


def test_a_long_text_is_on_several_lines():
    sheet = read(written([["une définition\n=1+1"]], [Column("Définition", 80, "long")])).active
    assert sheet["A2"].alignment.wrap_text
    assert sheet["A2"].value == "une définition\n=1+1"


CLOCKS = [datetime(2026, month, day, tzinfo=UTC) for month, day in ((3, 28), (10, 24), (6, 30))]


@pytest.mark.parametrize(
    "begin", [*CLOCKS, datetime(1911, 3, 9, tzinfo=UTC), datetime(2024, 12, 31, tzinfo=UTC)]
)
def test_an_instant_is_written_as_the_clock_of_paris_said(begin):
    """OBS-3: in the hours around a change of clocks too; in 1911 it went back by nine minutes."""
    instants = [begin + timedelta(minutes=20 * n, microseconds=999_999) for n in range(3 * 24 * 3)]
    paris = [one.astimezone(ZoneInfo("Europe/Paris")).replace(tzinfo=None, microsecond=0) for one in instants]
    sheet = read(written([[one] for one in instants], columns=[Column("a", 14, "instant")])).active
    found = [value for (value,) in sheet.iter_rows(min_row=2, values_only=True)]
    assert found == paris
