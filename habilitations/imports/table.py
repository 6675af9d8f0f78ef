"""The lines of an import under their headers, with what is wrong with each."""

from datetime import date, datetime

from habilitations.imports.colonnes import BY_LABEL, COLONNES, EXAMPLE, RAISON, Colonne, plain
from viatraj.core.saisie import dates
from viatraj.core.saisie.caracteres import one_line
from viatraj.core.tableaux.cellules import (
    FORMULA,
    MAX_COLUMNS,
    MAX_SCANNED,
    TOO_LONG,
    TOO_WIDE,
    Cell,
    Unreadable,
)
from viatraj.core.typography import grouped

MAX_LINES = 1_000  # of people; about half a minute of work
MAX_CELL = 300
TOO_MANY_LINES = f"Ce fichier compte plus de {grouped(MAX_LINES)} lignes. Partagez-le en plusieurs fichiers."


class Tableau(list):
    """Lines as {"ligne": number, "fautes": {column key: sentence}, column key: text, dates in ISO}.

    "saisies" holds what stands in the cells at fault, to be given back.
    `left_out`: sentences on what stands in the file and is not among the lines.
    """

    def __init__(self, lines=(), left_out=()):
        super().__init__(lines)
        self.left_out: list[str] = list(left_out)


class Lines:
    """Builds the lines as rows come in (`viatraj.core.tableaux`)."""

    def __init__(self):
        self.columns: list[Colonne | None] = []
        self.lines = Tableau()
        self.left_out = self.lines.left_out

    @property
    def is_begun(self) -> bool:
        return bool(self.columns)

    def knows(self, title: str) -> bool:
        return plain(title) in BY_LABEL

    def add(self, number: int, cells: list[Cell]):
        if number > MAX_SCANNED:
            raise Unreadable(TOO_LONG)
        if all(cell.is_empty for cell in cells):
            return
        if len(cells) > MAX_COLUMNS:
            raise Unreadable(TOO_WIDE)
        if not self.columns:
            self.columns = headers(number, cells)
            return
        if len(self.lines) == MAX_LINES:
            raise Unreadable(TOO_MANY_LINES)
        line = {"ligne": number, "fautes": {}, "saisies": {}}
        for at, cell in enumerate(cells):
            self._add_cell(line, self.columns[at] if at < len(self.columns) else None, cell)
        if all(line.get(key) == said for key, said in EXAMPLE.items()):
            self.lines.left_out.append(
                f"Ligne {number}\u00a0: c’est l’exemple du modèle, il n’est pas importé."
            )
        else:
            self.lines.append(line)

    def result(self) -> Tableau:
        if not self.columns:
            raise Unreadable("Ce fichier est vide.", *self.lines.left_out)
        if not self.lines:
            raise Unreadable(
                "Ce fichier n’a que des titres de colonnes\u00a0: aucune ligne à importer.",
                *self.lines.left_out,
            )
        return self.lines

    def _add_cell(self, line, column, cell):
        """A fault is kept with its line, so that all are told at once, with those that the check finds."""
        if column is RAISON:
            return
        try:
            if cell.fault:
                raise ValueError(cell.fault)
            if column is not None:
                line[column.key] = _text(column, cell.value)
            elif str(cell.value).strip():
                raise ValueError("Une valeur est sous une colonne sans titre.")
        except ValueError as error:
            key = column.key if column else ""
            line["fautes"][key], line["saisies"][key] = str(error), one_line(str(cell.value or ""))[:MAX_CELL]


def headers(number: int, cells: list[Cell]) -> list[Colonne | None]:
    """The first line that holds something; every title is known, none comes twice, none is missing."""
    titles = [one_line(str(cell.value or "")) for cell in cells]
    columns = [BY_LABEL.get(plain(title)) if title else None for title in titles]
    faults = []
    unknown = [title for title, column in zip(titles, columns, strict=True) if title and column is None]
    if unknown:
        wanted = ", ".join(colonne.label for colonne in COLONNES)
        faults.append(
            f"titre de colonne inconnu\u00a0: {_named(unknown[:5])}. Les titres sont\u00a0: {wanted}."
        )
    twice = [column.label for column in COLONNES if columns.count(column) > 1]
    faults += [f"la colonne {_named([label])} figure deux fois." for label in twice]
    missing = [column.label for column in COLONNES if column.needed and column not in columns]
    if missing:
        what = "la colonne" if len(missing) == 1 else "les colonnes"
        faults.append(f"il manque {what} {_named(missing)}. Partez du modèle.")
    if faults:
        raise Unreadable(*(f"Ligne {number}\u00a0: {fault}" for fault in faults))
    return columns


def _named(titles: list[str]) -> str:
    return ", ".join(f"«\u00a0{title[:40]}\u00a0»" for title in titles)


def _text(column, value) -> str:
    """What `column.read` will understand, or a ValueError on what the cell is."""
    if isinstance(value, datetime | date):
        if not column.is_date:
            raise ValueError("C’est une date, là où un texte est attendu.")
        return f"{value:%Y-%m-%d}"
    if isinstance(value, bool):
        raise ValueError("C’est VRAI ou FAUX, là où un texte est attendu.")
    if isinstance(value, int | float):
        value = _number(column, value)
    text = one_line(str(value or ""))
    if text.startswith("="):
        raise ValueError(FORMULA)
    if len(text) > MAX_CELL:
        raise ValueError(f"Le texte dépasse {MAX_CELL} caractères.")
    return f"{dates.read(text):%Y-%m-%d}" if column.is_date and text else text


def _number(column, value) -> str:
    """As a spreadsheet shows it; what it drops (first zeros, the + of a country) is understood later."""
    if column.is_date:
        raise ValueError("C’est un nombre. Donnez le format Date à la cellule, puis saisissez-la de nouveau.")
    if value != value or value in (float("inf"), float("-inf")) or value != int(value) or value < 0:
        raise ValueError("C’est un nombre, là où un texte est attendu.")
    return str(int(value))
