"""What anybody may deposit: read whole, or refused with the line and the reason, within bounds."""

import time
import tracemalloc
from datetime import date, datetime
from functools import partial

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from habilitations.imports.reader import read
from habilitations.imports.table import MAX_LINES, Unreadable
from tests.habilitations.imports import FIN, TITLES, book, line, rezipped, saved, sheet_of, text, xlsx

at = partial(datetime, tzinfo=None)  # spreadsheets know no zones
SHEET = "xl/worksheets/sheet1.xml"
GOOD = {
    "ligne": 2,
    "nom": "Lacombe",
    "prenom": "Maëlle",
    "email": "maelle.lacombe@ch.example",
    "profil": "Équipe soignante",
    "etablissement": "990000017",
    "fin": "2027-11-30",
}


def refusal(file) -> list[str]:
    with pytest.raises(Unreadable) as refused:
        read(file)
    return refused.value.sentences


def said(lines):
    return [{key: value for key, value in line.items() if value != ""} for line in lines]


class TestRead:
    def test_a_workbook(self):
        assert said(read(xlsx(line()))) == [GOOD]

    @pytest.mark.parametrize("separator", list(";,\t"))
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
    def test_a_csv_of_any_spreadsheet(self, separator, encoding):
        assert said(read(text(line(), separator=separator, encoding=encoding))) == [GOOD]

    def test_titles_in_any_order_and_case_some_left_out(self):
        titles = ["FIN", "nom", "Prenom", "adresse  e-mail", "PROFIL", "Etablissement"]
        row = [FIN, "Lacombe", "Maëlle", "maelle.lacombe@ch.example", "Équipe soignante", "990000017"]
        assert said(read(xlsx(row, titles=titles))) == [GOOD]

    def test_what_spreadsheets_do_to_numbers_and_dates(self):
        row = line(etablissement=10000123, telephone=199001234, fin=at(2027, 11, 30, 10, 30))
        (found,) = read(xlsx(row))
        assert (found["etablissement"], found["telephone"], found["fin"]) == (
            "010000123",
            "0199001234",
            "2027-11-30",
        )

    def test_empty_lines_are_passed_over_and_numbers_kept(self):
        made = book(line())
        made.active.insert_rows(1, 2)
        made.active["A40"] = "   "
        made.active.append(line(nom="Autre"))
        assert [(one["ligne"], one["nom"]) for one in read(saved(made))] == [(4, "Lacombe"), (41, "Autre")]

    def test_the_template_s_sheet_comes_before_others(self):
        made = book(line(nom="Bon"), sheet="Import")
        made.create_sheet("Avant", 0).append(["autre chose"])
        assert read(saved(made))[0]["nom"] == "Bon"


WRONG = {
    "unknown title": (
        [*TITLES[:-1], "Couleur"],
        "Ligne 1\u00a0: titre de colonne inconnu\u00a0: «\u00a0Couleur\u00a0»",
    ),
    "twice": ([*TITLES[:-1], "Nom"], "Ligne 1\u00a0: la colonne «\u00a0Nom\u00a0» figure deux fois."),
    "missing": (TITLES[:-2], "Ligne 1\u00a0: il manque la colonne «\u00a0Fin\u00a0»"),
}


@pytest.mark.parametrize("case", WRONG)
@pytest.mark.parametrize("kind", [xlsx, text])
def test_wrong_titles(kind, case):
    titles, sentence = WRONG[case]
    (found,) = refusal(kind(line(), titles=titles))
    assert found.startswith(sentence)


CELLS = {
    "formula": ("nom", "=1+1", "c’est une formule"),
    "a date as text": ("fin", "30/11/2027", "n’est pas une vraie date"),
    "a number as a date": ("fin", 46000, "n’est pas une vraie date"),
    "a date as a name": ("nom", date(2026, 1, 1), "c’est une date"),
    "a boolean": ("nom", True, "c’est un booléen"),
    "half a number": ("telephone", 1.5, "c’est un nombre"),
    "too long": ("nom", "x" * 301, "dépasse 300 caractères"),
    "turned around": ("nom", "abc\u202edef", "illisible"),
    "a year of nowhere": ("fin", at(2400, 1, 1), "vérifiez l’année"),
}


@pytest.mark.parametrize("case", CELLS)
def test_cells_that_cannot_be_taken(case):
    key, value, sentence = CELLS[case]
    (found,) = refusal(xlsx(line(), line(**{key: value})))
    assert found.startswith("Ligne 3, colonne «\u00a0")
    assert sentence in found


def test_all_problems_are_told_at_once():
    assert len(refusal(xlsx(line(nom="=1"), line(fin="demain")))) == 2


def test_merged_cells():
    made = book(line())
    made.active.merge_cells("B2:C3")
    assert refusal(saved(made))[0].startswith("Ligne 2\u00a0: les cellules B2:C3 sont fusionnées.")


def test_a_value_under_no_title():
    assert refusal(xlsx([*line(), "ici"])) == ["Ligne 2\u00a0: une valeur est sous une colonne sans titre."]


class TestText:
    def test_two_encodings_in_one_file(self):
        glued = text(line()).read() + text(line(nom="Hélène"), encoding="cp1252").read().split(b"\n", 1)[1]
        (found,) = refusal(SimpleUploadedFile("comptes.csv", glued))
        assert found.startswith("Ligne 3\u00a0: ce fichier mélange deux encodages")

    def test_an_open_quote(self):
        (found,) = refusal(SimpleUploadedFile("a.csv", text(line()).read() + b'"abc"d;e\n'))
        assert found.startswith("Ligne 3\u00a0: un guillemet")

    @pytest.mark.parametrize("day", ["2027-30-11", "11/30/2027", "demain", "30/11/27"])
    def test_dates_that_could_be_read_two_ways(self, day):
        (found,) = refusal(text(line(fin=day)))
        assert found.startswith("Ligne 2, colonne «\u00a0Fin\u00a0»\u00a0: ")
        assert "n’est pas une date" in found

    def test_iso_dates(self):
        assert read(text(line(fin="2027-11-30")))[0]["fin"] == "2027-11-30"


BAD = {
    "nothing": ("a.xlsx", b"", "est vide"),
    "a picture": ("a.png", b"x", ".xlsx ou un fichier .csv"),
    "an old workbook": ("a.xls", b"\xd0\xcf\x11\xe0" + b"x" * 100, "ancien classeur"),
    "under a password": ("a.xlsx", b"\xd0\xcf\x11\xe0" + b"x" * 100, "mot de passe"),
    "macros by name": ("a.xlsm", b"PK", "macros"),
    "not a zip": ("a.xlsx", b"bonjour", "abîmé"),
    "half a zip": ("a.xlsx", xlsx(line()).read()[:2000], "abîmé"),
    "a binary csv": ("a.csv", b"a\0b", "n’est pas un fichier texte"),
    "too big": ("a.csv", b"x" * 2_000_001, "dépasse 2\u00a0Mo"),
    "blank": ("a.csv", b"\n;;;\n", "est vide"),
    "titles only": ("a.csv", text().read(), "aucune ligne à importer"),
    "too many": ("a.csv", text(*[line()] * (MAX_LINES + 1)).read(), "plus de 1\u202f000 lignes"),
}


@pytest.mark.parametrize("case", BAD)
def test_other_files(case):
    name, content, sentence = BAD[case]
    (found,) = refusal(SimpleUploadedFile(name, content))
    assert sentence in found


ROW = '<row r="{0}"><c r="{1}{0}" t="inlineStr"><is><t>x</t></is></c></row>'
ENTITY = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "aaaaaaaaaa">]><worksheet>&a;</worksheet>'
EVIL = {
    "a zip bomb": ({SHEET: sheet_of('<row r="1"/>' * 20_000_000)}, "anormalement volumineux"),
    "a thousand parts": ({f"xl/a{n}.xml": b"<a/>" for n in range(1000)}, "anormalement volumineux"),
    "ten million empty rows": (
        {SHEET: sheet_of(ROW.format(10_000_000, "A"))},
        "au-delà de la ligne 5\u202f000",
    ),
    "a cell far away": ({SHEET: sheet_of(ROW.format(1, "XFD"))}, "plus de 40 colonnes"),
    "entities": ({SHEET: ENTITY}, "abîmé"),
    "another encoding": ({SHEET: sheet_of("").decode().encode("utf-16")}, "abîmé"),
    "macros": ({"xl/vbaProject.bin": b"x"}, "macros"),
    "links outside": ({"xl/externalLinks/externalLink1.xml": b"<a/>"}, "liens externes"),
    "no sheet": ({SHEET: b"<a"}, "abîmé"),
}


@pytest.mark.parametrize("case", EVIL)
def test_evil_workbooks(case):
    changes, sentence = EVIL[case]
    file = rezipped(xlsx(line()), changes)
    tracemalloc.start()
    try:
        started = time.process_time()
        (found,) = refusal(file)
        assert time.process_time() - started < 10, "bounded, a hundred times over"
        assert tracemalloc.get_traced_memory()[1] < 60_000_000
    finally:
        tracemalloc.stop()
    assert sentence in found


def test_sizes_that_lie():
    """A part that declares less than it holds is cut there, and does not pass."""
    content = bytearray(rezipped(xlsx(line()), {SHEET: sheet_of('<row r="1"/>' * 500_000)}).read())
    real = len(sheet_of('<row r="1"/>' * 500_000)).to_bytes(4, "little")
    assert real in content
    lying = bytes(content).replace(real, (1000).to_bytes(4, "little"))
    assert "abîmé" in refusal(SimpleUploadedFile("a.xlsx", lying))[0]
