"""Excel lists: read back equal by openpyxl, nasty texts among them; never a formula."""

import io
import tracemalloc
from datetime import date, datetime

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
