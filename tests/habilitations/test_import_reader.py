"""What anybody may deposit: read whole, or refused with the line and the reason, within bounds."""

import time
import tracemalloc
from datetime import date, datetime
from functools import partial

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl.utils import get_column_letter

from habilitations.imports.colonnes import BY_KEY, COLONNES
from habilitations.imports.reader import read
from habilitations.imports.table import MAX_LINES
from tests.habilitations.imports import CASES, FIN, TITLES, book, line, rezipped, saved, sheet_of, text, xlsx
from viatraj.core.saisie import Refused, telephones
from viatraj.core.tableaux import classeur
from viatraj.core.tableaux.cellules import MAX_COLUMNS, Unreadable

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
    return [{key: value for key, value in line.items() if value not in ("", {})} for line in lines]


def faults(file) -> list[tuple]:
    """(line, column, sentence) of each cell that cannot be taken."""
    return [(one["ligne"], key, fault) for one in read(file) for key, fault in one["fautes"].items()]


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
        understood = [BY_KEY[key].read(found[key]) for key in ("etablissement", "telephone", "fin")]
        assert understood == ["010000123", "+33199001234", FIN]

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
    "formula": ("nom", "=1+1", "C’est une formule"),
    "a number as a date": ("fin", 46000, "C’est un nombre. Donnez le format Date"),
    "a date as a name": ("nom", date(2026, 1, 1), "C’est une date"),
    "a boolean": ("nom", True, "C’est VRAI ou FAUX"),
    "half a number": ("telephone", 1.5, "C’est un nombre"),
    "too long": ("nom", "x" * 301, "dépasse 300 caractères"),
}


@pytest.mark.parametrize("case", CELLS)
def test_cells_that_cannot_be_taken(case):
    key, value, sentence = CELLS[case]
    ((number, column, fault),) = faults(xlsx(line(), line(**{key: value})))
    assert (number, column) == (3, key)
    assert sentence in fault


def test_all_problems_are_told_at_once():
    wrong = [(2, "nom"), (2, "telephone"), (3, "nom")]
    assert [one[:2] for one in faults(xlsx(line(nom="=1", telephone=0.5), line(nom=True)))] == wrong
    assert len(refusal(xlsx(line(), titles=[*TITLES[:-2], "Couleur", "Nom"]))) == 3


def test_merged_cells():
    made = book(line())
    made.active.merge_cells("B2:C3")
    made.active.merge_cells("B5:C5")
    found = refusal(saved(made))
    assert found[0].startswith("Ligne 2\u00a0: les cellules B2:C3 sont fusionnées.")
    assert found[1].startswith("Ligne 5\u00a0: les cellules B5:C5 sont fusionnées.")


def test_a_value_under_no_title():
    assert faults(xlsx([*line(), "ici"])) == [(2, "", "Une valeur est sous une colonne sans titre.")]


class TestText:
    def test_two_encodings_in_one_file(self):
        glued = text(line()).read() + text(line(nom="Hélène"), encoding="cp1252").read().split(b"\n", 1)[1]
        (found,) = refusal(SimpleUploadedFile("comptes.csv", glued))
        assert found.startswith("Ligne 3\u00a0: certains accents de ce fichier sont illisibles")

    def test_an_open_quote(self):
        (found,) = refusal(SimpleUploadedFile("a.csv", text(line()).read() + b'"abc"d;e\n'))
        assert found.startswith("Ligne 3\u00a0: un guillemet")


def test_dates_are_read_alike_in_a_text_cell_and_in_a_csv():
    """«28/11/2027» typed into a cell of text is the day it says (text-date.xlsx)."""
    for kind in (xlsx, text):
        typed = [one["fin"] for one in read(kind(line(fin="30/11/2027"), line(fin="2027-11-30"), line()))]
        assert [BY_KEY["fin"].read(one) for one in typed] == [FIN] * 3


class TestGivenCases:
    """Files that once went wrong."""

    def test_hidden_rows_are_left_out_and_said(self):
        lines = read(case("hidden-row.xlsx"))
        assert [one["ligne"] for one in lines] == [2, 4]
        assert lines.left_out == ["Ligne 3\u00a0: elle est masquée ou filtrée, elle n’est pas importée."]

    def test_hidden_sheets_are_left_out_and_said(self):
        made = book(line(nom="Montré"), sheet="Personnes")
        made.create_sheet("Import", 0).append(TITLES)
        made["Import"].append(line(nom="Masqué"))
        made["Import"].sheet_state = "hidden"
        lines = read(saved(made))
        assert [one["nom"] for one in lines] == ["Montré"]
        assert lines.left_out == ["La feuille masquée «\u00a0Import\u00a0» n’est pas importée."]

    def test_a_strict_workbook_is_named(self):
        (found,) = refusal(case("strict-ooxml.xlsx"))
        assert "Open XML Strict" in found

    def test_text_dates(self):
        assert [BY_KEY["fin"].read(one["fin"]) for one in read(case("text-date.xlsx"))] == [
            date(2027, 6, 30)
        ] * 2

    def test_an_address_with_an_unseen_space(self):
        (one,) = read(case("email-zwsp.xlsx"))
        assert BY_KEY["email"].read(one["email"]) == "field11@ch-invente.example"

    def test_telephones(self):
        typed = [one["telephone"] for name in ("tel.xlsx", "tel-exp.csv") for one in read(case(name))]
        assert [kept_or_refused(BY_KEY["telephone"].read, one) for one in typed] == [
            "+33199001234",
            telephones.WORDS,
            "+33199001234",
            telephones.SEVERAL,
            telephones.ABBREVIATED,
        ]

    def test_the_example_of_the_template_is_left_out(self):
        example = {column.key: column.example for column in COLONNES if column.example}
        lines = read(xlsx(line(**example), line(nom="Autre")))
        assert [one["ligne"] for one in lines] == [3]
        assert lines.left_out == ["Ligne 2\u00a0: c’est l’exemple du modèle, il n’est pas importé."]


def case(name):
    return SimpleUploadedFile(name, (CASES / name).read_bytes())


def kept_or_refused(read, typed):
    try:
        return read(typed)
    except Refused as refused:
        return str(refused)


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


# --- Hidden columns (docs/adr/0025) -----------------------------------------------------------


def hidden_column(title, *rows):
    made = book(*rows)
    made.active.column_dimensions[get_column_letter(TITLES.index(title) + 1)].hidden = True
    return saved(made)


def test_a_hidden_column_that_holds_something_is_refused():
    """HAB-4: it may hold rights, or an end, that nobody has seen: neither read nor dropped in silence."""
    with pytest.raises(Unreadable) as refusal:
        read(hidden_column("Droits", line(), line(droits="sanitaire-envoi=non")))
    assert refusal.value.sentences == [
        "Des colonnes masquées contiennent des valeurs\u00a0: M. Affichez-les ou supprimez-les, puis déposez "
        "le fichier de nouveau."
    ]


def test_a_hidden_column_that_is_empty_harms_nobody():
    assert len(read(hidden_column("Droits", line()))) == 1


def test_several_hidden_columns_are_named_by_their_letters():
    made = book(line(telephone="01 99 00 12 34", profession="Infirmière"))
    made.active.column_dimensions.group("F", "G", hidden=True)
    with pytest.raises(Unreadable, match="F, G"):
        read(saved(made))


@pytest.mark.parametrize("cols", ['<col hidden="1"/>', '<col min="x" max="2" hidden="1"/>', '<col min="1"/>'])
def test_a_column_that_is_no_column_hides_nothing(cols):
    assert classeur._hidden_columns(cols.encode()) == set()


def test_a_column_of_the_whole_sheet_is_bounded():
    assert len(classeur._hidden_columns(b'<col min="1" max="16384" hidden="1"/>')) == MAX_COLUMNS
