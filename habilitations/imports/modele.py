"""Workbooks of an import: the template to fill in, and the report to keep."""

import csv
from datetime import date
from io import BytesIO, StringIO

from openpyxl import Workbook as Styled
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from annuaire.models import Coordination, Etablissement, Guichet, Unite
from habilitations.imports.colonnes import BY_KEY, COLONNES, RAISON
from habilitations.imports.table import MAX_LINES
from habilitations.profils import NAMES, PROFILS
from viatraj.core.droits import Droit, Niveau
from viatraj.core.saisie import Refused, dates
from viatraj.core.tableaux.classeur import LISTS, SHEET
from viatraj.core.workbook import Column, Workbook

AT_MOST = 5_000  # places listed; who has more knows their FINESS numbers
WAYS = (Niveau.ETABLISSEMENT, Niveau.UNITE, Niveau.GUICHET, Niveau.COORDINATION)
GREY, BOLD, SLANTED = PatternFill("solid", "EDEDED"), Font(bold=True), Font(italic=True, color="5A5A5A")
AIDE = [Column("Colonne", 22), Column("Ce qu’on y met", 90), Column("Exemple", 36)]
LIEUX = [Column("Établissement", 14), Column("Nom de l’établissement", 50), Column("Unité ou guichet", 50)]
PROFILS_HEADS = [
    Column("Profil", 34),
    Column("S’attribue sur", 30),
    Column("Code du droit", 34),
    Column("Droit", 50),
    Column("Mode", 14),
    Column("Modes possibles", 44),
]
REPORT = [
    Column("Ligne", 8),
    Column("Nom", 22),
    Column("Prénom", 22),
    Column("Identifiant", 22),
    Column("Profil", 34),
    Column("Lieu", 44),
    Column("Fin", 13, "date"),
    Column("Résultat", 60),
]


def template(rights, *, today) -> bytes:
    """With an example line, and drop-downs of the profiles and of the places of the perimeter."""
    book = Styled()
    lieux, profils = places(rights), list(_profils())
    _import_sheet(book.active, today)
    _sheet(book, "Aide", AIDE, [(one.label, one.help_text, one.example or None) for one in COLONNES])
    _sheet(book, "Lieux", LIEUX, lieux)
    _sheet(book, "Profils", PROFILS_HEADS, profils)
    choices = {
        "profil": list(dict.fromkeys(row[0] for row in profils)),
        "etablissement": list(dict.fromkeys(row[0] for row in lieux)),
        "unite": list(dict.fromkeys(row[2] for row in lieux if row[2])),
        "seule": ["oui"],
    }
    _drop_downs(book, choices)
    held = BytesIO()
    book.save(held)
    return held.getvalue()


def _import_sheet(sheet, today: date):
    sheet.title = SHEET
    for number, colonne in enumerate(COLONNES, 1):
        letter = get_column_letter(number)
        head, example = sheet.cell(1, number, colonne.label), sheet.cell(2, number, colonne.example or None)
        head.font, head.fill, head.alignment = BOLD, GREY, Alignment(vertical="top", wrap_text=True)
        if colonne.key == "fin":
            example.value = date(today.year + 1, 12, 31)
        example.font = SLANTED
        sheet.column_dimensions[letter].width = colonne.width
        # As text, a number keeps its first zero; as a date, 31/12/2026 is no text.
        kept = "dd/mm/yyyy" if colonne.is_date else "@" if colonne.is_number else "General"
        sheet.column_dimensions[letter].number_format = example.number_format = kept
    sheet.freeze_panes = "A2"


def _drop_downs(book, choices: dict[str, list[str]]):
    """Excel takes long lists from cells only; a value that is not listed may be typed all the same."""
    lists = book.create_sheet(LISTS)
    lists.sheet_state = "hidden"
    keys = [colonne.key for colonne in COLONNES]
    for number, (key, values) in enumerate(choices.items(), 1):
        letter = get_column_letter(number)
        for row, value in enumerate(values, 1):
            lists.cell(row, number, value).number_format = "@"
        if values:
            where = get_column_letter(keys.index(key) + 1)
            rule = DataValidation("list", f"{LISTS}!${letter}$1:${letter}${len(values)}", allow_blank=True)
            rule.showErrorMessage = False
            rule.promptTitle, rule.prompt = BY_KEY[key].label[:32], BY_KEY[key].help_text[:255]
            rule.add(f"{where}2:{where}{MAX_LINES + 1}")
            book[SHEET].add_data_validation(rule)


def _sheet(book, title, columns, rows):
    sheet = book.create_sheet(title)
    sheet.append([column.title for column in columns])
    for number, column in enumerate(columns, 1):
        sheet.cell(1, number).font = BOLD
        sheet.column_dimensions[get_column_letter(number)].width = column.width
    for row in rows:
        sheet.append([value or None for value in row])
    for cells in sheet.iter_rows(min_row=2):
        for cell in cells:
            cell.data_type = "s" if isinstance(cell.value, str) else cell.data_type  # never a formula
    sheet.freeze_panes = "A2"


def report(one) -> bytes:
    """What became of each line."""
    rows = (
        (
            line["ligne"],
            line["nom"],
            line["prenom"],
            line["identifiant"],
            line["profil"],
            line.get("lieu") or " – ".join(filter(None, (line["etablissement"], line["unite"]))),
            line["fin"],
            outcome(one, line),
        )
        for line in one.told
    )
    return _book(("Compte rendu", REPORT, rows))


def to_correct(one) -> tuple[bytes, str]:
    """Its refused lines as they were deposited, with their reasons, to be sent again; and how its name ends.

    In the format that was sent.
    """
    if one.file_name.lower().endswith((".csv", ".txt")):
        return _text(one), "csv"
    columns = [Column(one.label, one.width, "date" if one.is_date else "") for one in (*COLONNES, RAISON)]
    rows = ([*map(_typed, COLONNES, _cells(line)), " ".join(why)] for line, why in one.to_correct)
    return _book((SHEET, columns, rows)), "xlsx"


def _text(one) -> bytes:
    held = StringIO()
    writer = csv.writer(held, delimiter=";")
    writer.writerow([colonne.label for colonne in (*COLONNES, RAISON)])
    for line, why in one.to_correct:
        # What a spreadsheet would work out when it opens the file is left out; its reason says so.
        writer.writerow(["" if cell[:1] in ("=", "@") else cell for cell in _cells(line)] + [" ".join(why)])
    return held.getvalue().encode("utf-8-sig")


def _cells(line) -> list[str]:
    """As typed, also where a cell was at fault."""
    return [line.get("saisies", {}).get(one.key) or line.get(one.key, "") for one in COLONNES]


def _typed(colonne, text):
    """A true date where it is one."""
    try:
        return dates.read(text) if colonne.is_date else text
    except Refused:
        return text


def outcome(one, line) -> str:
    if line["problemes"]:
        return " ".join(line["problemes"])
    if "deja" in line:
        return "Déjà attribuée, rien n’a changé."
    if one.state == one.State.UNDONE:
        return "Annulée après l’import."
    if "habilitation" in line:
        return "Compte ouvert, habilitation attribuée." if line["nouveau"] else "Habilitation attribuée."
    return "Compte à ouvrir, habilitation à attribuer." if line["nouveau"] else "Habilitation à attribuer."


def places(rights) -> list[tuple]:
    """FINESS or name as the file may say it, then names to recognise the place by."""
    whole = Etablissement.objects.open().within(rights, Droit.HABILITATION).order_by("nom", "pk")
    units = Unite.objects.open().within(rights, Droit.HABILITATION).select_related("etablissement")
    guichets = Guichet.objects.open().within(rights, Droit.HABILITATION)
    coordinations = Coordination.objects.within(rights, Droit.HABILITATION)
    rows = [(_said(one), one.nom, "") for one in (*whole[:AT_MOST], *coordinations[:AT_MOST])]
    for row in (*units[:AT_MOST], *guichets.select_related("etablissement", "coordination")[:AT_MOST]):
        above = row.etablissement or row.coordination
        rows.append((_said(above), above.nom, row.nom))
    return sorted(rows, key=lambda row: (row[1], row[0], row[2]))[:AT_MOST]


def _said(structure) -> str:
    return getattr(structure, "finess", None) or structure.nom


def _profils():
    for profil in PROFILS.values():
        levels = [niveau.label for niveau in profil.niveaux if niveau in WAYS]
        if not levels or not profil.is_offered:
            continue  # given on the screen
        where = ", ".join(levels)
        yield (profil.label, where, None, None, None, None)
        for droit in profil.droits:
            if not droit.is_fixed:
                modes = ", ".join(NAMES[mode] for mode in dict.fromkeys((droit.mode, *droit.modes)))
                yield (profil.label, where, droit.key, droit.droit.label, NAMES[droit.mode], modes)


def _book(*sheets) -> bytes:
    held = BytesIO()
    with Workbook(held) as book:
        for title, columns, rows in sheets:
            with book.sheet(title, columns) as sheet:
                sheet.write_rows(tuple(value or None for value in row) for row in rows)
    return held.getvalue()
