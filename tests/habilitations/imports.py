"""Files to import, good and evil."""

import csv
import zipfile
from datetime import date
from io import BytesIO, StringIO
from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook

from habilitations.imports.colonnes import BY_KEY, COLONNES

TITLES = [colonne.label for colonne in COLONNES]
FIN = date(2027, 11, 30)
CASES = Path(__file__).parent / "cases"  # workbooks as people really made them


def line(**cells) -> list:
    """A good line, in the order of the template; `etablissement` and the person to be said."""
    known = {
        "nom": "Lacombe",
        "prenom": "Maëlle",
        "email": "maelle.lacombe@ch.example",
        "profil": "Équipe soignante",
        "etablissement": "990000017",
        "fin": FIN,
    }
    assert cells.keys() <= BY_KEY.keys()
    return [(known | cells).get(colonne.key) for colonne in COLONNES]


def book(*rows, titles=TITLES, sheet="Import") -> Workbook:
    made = Workbook()
    made.active.title = sheet
    for row in [titles, *rows]:
        made.active.append(row)
    return made


def xlsx(*rows, name="comptes.xlsx", **known) -> SimpleUploadedFile:
    return saved(book(*rows, **known), name=name)


def saved(made, name="comptes.xlsx") -> SimpleUploadedFile:
    held = BytesIO()
    made.save(held)
    return SimpleUploadedFile(name, held.getvalue())


def text(*rows, separator=";", encoding="utf-8", titles=TITLES, name="comptes.csv") -> SimpleUploadedFile:
    held = StringIO()
    writer = csv.writer(held, delimiter=separator)
    for row in [titles, *rows]:
        writer.writerow(f"{one:%d/%m/%Y}" if isinstance(one, date) else one or "" for one in row)
    return SimpleUploadedFile(name, held.getvalue().encode(encoding))


def rezipped(file, changes: dict[str, bytes]) -> SimpleUploadedFile:
    """A workbook with parts replaced or added."""
    held = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(file.read())) as old,
        zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in {*old.namelist(), *changes}:
            new.writestr(name, changes[name] if name in changes else old.read(name))
    return SimpleUploadedFile("comptes.xlsx", held.getvalue())


def sheet_of(rows: str) -> bytes:
    """The XML of a sheet, written by hand."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return (
        f'<?xml version="1.0"?><worksheet xmlns="{main}"><dimension ref="A1:B2"/>'
        f"<sheetData>{rows}</sheetData></worksheet>"
    ).encode()
