"""Frames, boxes, boxes to tick, grids: how a sheet of the form is drawn, and what runs over its box."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from viatraj.core.papier import Papier, written
from viatraj.core.typography import NBSP

LABEL, VALUE = 8, 9.5  # sizes in points
LINE = 4.3  # of a value
TICK = 3.0  # side of a box to tick
GAP = 1.2
SEE = f"… voir la suite n°{NBSP}{{}}"
BLANK = 4  # rows of an empty table
TALLEST = 150  # of a table
ENOUGH = 3_000  # letters, more than any box holds
INK, GREY, TINT = (20, 32, 43), (150, 160, 168), (228, 238, 241)


class Suite(NamedTuple):
    """A value that is longer than its box: whole, on the sheet that follows its part."""

    numero: int
    label: str
    text: str


class Feuillet(Papier):
    """Sheets of one form. Whoever draws asks for the height first, and nothing is cut by the foot."""

    BOTTOM = 16

    def __init__(self, *, head: str, **said: Any):
        super().__init__(**said)
        self.head = head
        self.partie = ""
        self.suites: list[Suite] = []
        self.alias_nb_pages()
        self.set_auto_page_break(False, margin=self.BOTTOM)
        self.set_draw_color(*GREY)
        self.set_text_color(*INK)
        self.set_line_width(0.2)
        self.c_margin = 0

    def header(self) -> None:
        with self.artifact():
            self.set_font("corps", size=LABEL)
            self.cell(self.epw / 2, 5, written(self.partie))
            self.cell(0, 5, written(self.head), align="R", new_x="LMARGIN", new_y="NEXT")
        self.ln(1)

    def footer(self) -> None:
        with self.artifact():
            self.set_y(-12)
            self.set_font("corps", size=LABEL)
            self.cell(0, 4, written(f"{self.foot} – page {self.page_no()}/{{nb}}"), align="C")

    def need(self, height: float) -> None:
        if self.room < height:
            self.add_page()

    def part(self, titre: str, says: Sequence[str]) -> None:
        self.partie = titre
        self.add_page()
        self.start_section(written(titre), level=0)
        self.set_font("corps", "B", 16)
        with self.tagged("H1"):
            self.cell(0, 8, written(titre), new_x="LMARGIN", new_y="NEXT")
        for one in says:
            self.set_font("corps", size=9)
            self._lines(one, 4.5, "P")
        self.ln(1)

    def frame(self, titre: str, first: float) -> None:
        """The head of a frame, with room for its first line."""
        self.need(6.5 + first)
        self.ln(1)
        self.start_section(written(titre), level=1)
        with self.artifact():
            self.set_fill_color(*TINT)
            self.rect(self.x, self.y, self.epw, 5.5, style="F")
        self.set_font("corps", "B", 10)
        with self.tagged("H2"):
            self.cell(0, 5.5, written(f"  {titre}"), new_x="LMARGIN", new_y="NEXT")
        self.ln(GAP)

    def overflow(self, label: str, text: str) -> Suite:
        suite = Suite(len(self.suites) + 1, label, text)
        self.suites.append(suite)
        return suite

    def end_part(self) -> None:
        """The values that were longer than their boxes, whole."""
        if not self.suites:
            return
        self.partie = f"{self.partie} – feuille de suite"
        self.add_page()
        self.start_section("Feuille de suite", level=1)
        self.set_font("corps", "B", 13)
        with self.tagged("H2"):
            self.cell(0, 7, "Feuille de suite", new_x="LMARGIN", new_y="NEXT")
        for suite in self.suites:
            self.heading(f"Suite n°{NBSP}{suite.numero}{NBSP}: {suite.label}", 10.5, level=3)
            for paragraph in suite.text.split("\n"):
                self.say(paragraph or " ", VALUE)
        self.suites = []

    def at(self, x: float, y: float, text: str, size: float, style: str = "", *, kind: str = "P") -> None:
        """One line of text, read aloud; with an empty kind it is not."""
        self.set_font("corps", style, size)
        self.set_xy(x, y)
        with self.tagged(kind) if kind else self.artifact():
            self.cell(0, LINE, written(text))

    def box(self, x: float, y: float, width: float, height: float) -> None:
        with self.artifact():
            self.rect(x, y, width, height)


class Boite:
    """A field with its label above, its value in a box of some lines."""

    def __init__(self, label: str, text: str, lines: int = 1, grows: int = 0):
        """`grows`: how many lines more the box takes before it sends to the sheet behind."""
        self.label, self.text, self.lines, self.grows = label, text, lines, grows

    def height(self, paper: Feuillet, width: float) -> float:
        paper.set_font("corps", size=LABEL)
        self.head = paper.lines_of(self.label, width)
        paper.set_font("corps", size=VALUE)
        self.said = paper.lines_of(self.text[:ENOUGH], width - 2) if self.text else []
        self.shown = max(self.lines, min(len(self.said), self.lines + self.grows))
        return (len(self.head) * 3.6) + self.shown * LINE + 2 + GAP

    def draw(self, paper: Feuillet, x: float, y: float, width: float, height: float) -> None:
        _label(paper, self.head, x, y)
        top = y + len(self.head) * 3.6
        paper.box(x, top, width, self.shown * LINE + 2)
        said = self.said
        if len(said) > self.shown or len(self.text) > ENOUGH:
            suite = paper.overflow(self.label, self.text)
            said = [*said[: self.shown - 1], SEE.format(suite.numero)]
        paper.set_font("corps", size=VALUE)
        if said:
            with paper.tagged("P"):
                for number, line in enumerate(said):
                    paper.set_xy(x + 1, top + 1 + number * LINE)
                    paper.cell(width - 2, LINE, written(line))


class Cases:
    """Boxes to tick; a cross is text, so that it is found and read aloud."""

    def __init__(self, label: str, options: Sequence[tuple[str, bool]]):
        self.label, self.options = label, options

    def height(self, paper: Feuillet, width: float) -> float:
        paper.set_font("corps", size=LABEL)
        self.head = paper.lines_of(self.label, width)
        paper.set_font("corps", "B", VALUE)  # as wide as it may become
        self.placed, left, row = [], 0.0, 0
        for text, ticked in self.options:
            lines = paper.lines_of(text, width - TICK - 2)
            wide = max(paper.get_string_width(written(one)) for one in lines) + TICK + 6
            if left and left + wide - 4 > width:
                left, row = 0.0, row + 1
            self.placed.append((left, row, lines, ticked))
            left += wide
            if len(lines) > 1:
                left, row = width, row + len(lines) - 1
        return (len(self.head) * 3.6) + (row + 1) * (LINE + 0.5) + GAP

    def draw(self, paper: Feuillet, x: float, y: float, width: float, height: float) -> None:
        _label(paper, self.head, x, y)
        top = y + len(self.head) * 3.6
        for left, row, lines, ticked in self.placed:
            here = top + row * (LINE + 0.5)
            _tick(paper, x + left, here, lines, ticked)


class Grille:
    """One field a line, its answers as columns."""

    def __init__(self, titre: str, colonnes: Sequence[str], lignes: Sequence[tuple[str, int | None]]):
        self.titre, self.colonnes, self.lignes = titre, colonnes, lignes

    def height(self, paper: Feuillet, width: float) -> float:
        return (len(self.lignes) + 1) * 5.2 + GAP

    def draw(self, paper: Feuillet, x: float, y: float, width: float, height: float) -> None:
        step = 22.0
        first = width - step * len(self.colonnes)
        for number, (label, answer) in enumerate([(self.titre, None), *self.lignes]):
            here = y + number * 5.2
            paper.box(x, here, first, 5.2)
            paper.at(x + 1, here + 0.4, label, VALUE, "" if number else "B")
            for place, head in enumerate(self.colonnes):
                left = x + first + place * step
                paper.box(left, here, step, 5.2)
                if not number:
                    paper.at(left + 1, here + 0.4, head, VALUE, "B")
                elif place == answer:
                    paper.at(left + 1, here + 0.4, f"X {head}", VALUE, "B")


class Tableau:
    """Rows of the same columns: a row takes the lines it needs, rows beyond are on the sheet behind."""

    def __init__(self, label: str, colonnes: Sequence[str], rows: Sequence[Sequence[str]], most: int):
        self.label, self.colonnes, self.rows, self.most = label, colonnes, rows, most

    def height(self, paper: Feuillet, width: float) -> float:
        paper.set_font("corps", size=VALUE)
        each = width / len(self.colonnes)
        self.cells: list[list[list[str]]] = []
        self.heights: list[float] = []
        for row in [*self.rows[: self.most], *[[""] * len(self.colonnes)] * (BLANK - len(self.rows))]:
            lines = [paper.lines_of(one, each - 2) if one else [] for one in row]
            tall = max(1, *(len(one) for one in lines)) * LINE + 1.2
            if sum(self.heights) + tall > TALLEST:
                break
            self.cells.append(lines)
            self.heights.append(tall)
        self.rest = self.rows[len(self.cells) :]
        return 3.6 + 5.2 + sum(self.heights) + (LINE if self.rest else 0) + GAP

    def draw(self, paper: Feuillet, x: float, y: float, width: float, height: float) -> None:
        each = width / len(self.colonnes)
        paper.at(x, y - 0.4, self.label, LABEL)
        here = y + 3.6
        for place, head in enumerate(self.colonnes):
            paper.box(x + place * each, here, each, 5.2)
            paper.at(x + place * each + 1, here + 0.4, head, LABEL, "B")
        here += 5.2
        for row, tall in zip(self.cells, self.heights, strict=True):
            for place, lines in enumerate(row):
                paper.box(x + place * each, here, each, tall)
                for number, line in enumerate(lines):
                    paper.at(x + place * each + 1, here + 0.5 + number * LINE, line, VALUE)
            here += tall
        if self.rest:
            suite = paper.overflow(self.label, "\n".join(", ".join(filter(None, row)) for row in self.rest))
            paper.at(x, here, SEE.format(suite.numero), VALUE)


def _label(paper: Feuillet, lines: Sequence[str], x: float, y: float) -> None:
    for number, line in enumerate(lines):
        paper.at(x, y - 0.4 + number * 3.6, line, LABEL)


def _tick(paper: Feuillet, x: float, y: float, lines: Sequence[str], ticked: bool) -> None:
    paper.box(x, y + (LINE - TICK) / 2, TICK, TICK)
    if ticked:
        paper.set_font("corps", "B", VALUE)
        paper.at(x + (TICK - paper.get_string_width("X")) / 2, y, "X", VALUE, "B")
    for number, line in enumerate(lines):
        kind = "P" if ticked else ""  # what was not ticked is not read aloud
        paper.at(x + TICK + 1.2, y + number * LINE, line, VALUE, "B" if ticked else "", kind=kind)
