"""What both readers share: their bounds, how they refuse, and lines under their headers."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime

from habilitations.imports.colonnes import BY_LABEL, COLONNES, Colonne, plain
from viatraj.core.typography import grouped

MAX_BYTES = 2_000_000
MAX_LINES = 1_000  # of people; about half a minute of work
MAX_SCANNED = 5_000  # rows looked at, empty ones included
MAX_COLUMNS = 40
MAX_CELL = 300
MAX_PROBLEMS = 50  # told at once

TOO_MANY_LINES = f"Ce fichier compte plus de {grouped(MAX_LINES)} lignes. Partagez-le en plusieurs fichiers."
TOO_LONG = (
    f"Ce tableau s’étend au-delà de la ligne {grouped(MAX_SCANNED)}. Supprimez les lignes vides après la "
    "dernière personne, ou recopiez celles-ci dans un modèle neuf."
)
TOO_WIDE = f"Ce tableau a plus de {MAX_COLUMNS} colonnes. Recopiez les personnes dans un modèle neuf."


class Unreadable(Exception):
    """The sentences are for the person; each names its line where there is one."""

    def __init__(self, *sentences: str):
        super().__init__(*sentences)
        self.sentences = list(sentences)


@dataclass(frozen=True)
class Cell:
    """`value`: text, a number or a date; `fault` says why it cannot be taken."""

    value: object = ""
    fault: str = ""


FORMULA = "c’est une formule. Collez sa valeur à la place."


@dataclass
class Lines:
    """Builds the lines as rows come in; `number` of a row is what its spreadsheet shows."""

    typed_dates: bool  # of a workbook: a date is a date cell, never text

    def __post_init__(self):
        self.columns: list[Colonne | None] = []
        self.lines: list[dict] = []
        self.problems: list[str] = []

    def add(self, number: int, cells: list[Cell]):
        if number > MAX_SCANNED:
            raise Unreadable(TOO_LONG)
        if not any(cell.fault or cell.value not in ("", None) for cell in cells):
            return
        if len(cells) > MAX_COLUMNS:
            raise Unreadable(TOO_WIDE)
        if not self.columns:
            self.columns = headers(number, cells)
            return
        if len(self.lines) == MAX_LINES:
            raise Unreadable(TOO_MANY_LINES)
        self.lines.append({"ligne": number, **self._line(number, cells)})

    def result(self) -> list[dict]:
        if not self.columns:
            raise Unreadable("Ce fichier est vide.")
        if self.problems:
            raise Unreadable(*self.problems[:MAX_PROBLEMS])
        if not self.lines:
            raise Unreadable("Ce fichier n’a que des titres de colonnes\u00a0: aucune ligne à importer.")
        return self.lines

    def _line(self, number, cells) -> dict:
        found = {}
        for at, cell in enumerate(cells):
            column = self.columns[at] if at < len(self.columns) else None
            where = f"Ligne {number}, colonne «\u00a0{column.label}\u00a0»" if column else f"Ligne {number}"
            fault, value = cell.fault, ""
            if column is None and (fault or str(cell.value).strip()):
                fault = fault or "une valeur est sous une colonne sans titre."
            elif column is not None and not fault:
                try:
                    value = self._value(column, cell.value)
                except ValueError as error:
                    fault = str(error)
            if fault:
                self.problems.append(f"{where}\u00a0: {fault}")
            elif column is not None:
                found[column.key] = value
        return found

    def _value(self, column, value) -> str:
        if column.is_date:
            return _day(value, typed=self.typed_dates)
        return _text(column, value)


def headers(number: int, cells: list[Cell]) -> list[Colonne | None]:
    """The first line that holds something; every title is known, none comes twice, none is missing."""
    titles = [" ".join(str(cell.value or "").split()) for cell in cells]
    unknown = [title for title in titles if title and plain(title) not in BY_LABEL]
    if unknown:
        named = ", ".join(f"«\u00a0{title[:40]}\u00a0»" for title in unknown[:5])
        wanted = ", ".join(colonne.label for colonne in COLONNES)
        raise Unreadable(
            f"Ligne {number}\u00a0: titre de colonne inconnu\u00a0: {named}. Les titres sont\u00a0: {wanted}."
        )
    columns = [BY_LABEL[plain(title)] if title else None for title in titles]
    for column in COLONNES:
        if columns.count(column) > 1:
            raise Unreadable(
                f"Ligne {number}\u00a0: la colonne «\u00a0{column.label}\u00a0» figure deux fois."
            )
    missing = [
        f"«\u00a0{column.label}\u00a0»" for column in COLONNES if column.needed and column not in columns
    ]
    if missing:
        raise Unreadable(
            f"Ligne {number}\u00a0: il manque {'la colonne' if len(missing) == 1 else 'les colonnes'} "
            f"{', '.join(missing)}. Partez du modèle."
        )
    return columns


def _day(value, *, typed) -> str:
    if value in ("", None):
        return ""
    if isinstance(value, datetime):
        value = value.date()
    if not isinstance(value, date):
        text = str(value).strip()
        if typed:
            raise ValueError(
                f"«\u00a0{text[:30]}\u00a0» n’est pas une vraie date. Donnez le format Date à la cellule, "
                "puis saisissez-la de nouveau."
            )
        value = _written(text)
    if not 1900 <= value.year <= 2199:
        raise ValueError("vérifiez l’année.")
    return value.isoformat()


def _written(text) -> date:
    """Of a csv: 31/12/2026 or 2026-12-31, nothing that could be read two ways."""
    for shape in ("%d/%m/%Y", "%Y-%m-%d"):
        try:
            return datetime.strptime(text, shape).date()  # noqa: DTZ007
        except ValueError:
            continue
    raise ValueError(f"«\u00a0{text[:30]}\u00a0» n’est pas une date. Écrivez-la ainsi\u00a0: 31/12/2026.")


def _text(column, value) -> str:
    if isinstance(value, datetime | date):
        raise ValueError("c’est une date, là où un texte est attendu.")
    if isinstance(value, bool):
        raise ValueError("c’est un booléen, là où un texte est attendu.")
    if isinstance(value, int | float):
        value = _number(column, value)
    text = unicodedata.normalize("NFC", " ".join(str(value or "").split()))
    if re.search("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffd\u202a-\u202e\u2066-\u2069]", text):
        raise ValueError("elle contient un caractère illisible.")
    if text.startswith("="):
        raise ValueError(FORMULA)
    if len(text) > MAX_CELL:
        raise ValueError(f"le texte dépasse {MAX_CELL} caractères.")
    return text


def _number(column, value) -> str:
    """Spreadsheets drop the leading zero of what looks like a number."""
    if value != value or value in (float("inf"), float("-inf")) or value != int(value) or value < 0:
        raise ValueError("c’est un nombre, là où un texte est attendu.")
    digits = str(int(value))
    zeros = {"etablissement": 9, "telephone": 10}.get(column.key, 0)
    return digits.zfill(zeros)
