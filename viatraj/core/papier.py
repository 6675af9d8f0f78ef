"""Paper: a PDF of real text in the site's font, in French, tagged so that it can be read aloud.

Same content, same bytes.
"""

import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from fontTools.ttLib import TTFont
from fpdf import FPDF
from fpdf.enums import MethodReturnValue
from fpdf.prefs import ViewerPreferences

from viatraj.core.typography import NBSP, THIN

# The site’s own font at two weights, with the letters of all Europe and Greek: cut from the variable one at
# each report, they would take seconds.
FONTS = {
    "": Path(__file__).parent / "polices/source-sans-3-400.ttf",
    "B": Path(__file__).parent / "polices/source-sans-3-700.ttf",
}
NEAR = {
    "\n": "\n",
    "\t": " ",
    "≥": ">=",
    "≤": "<=",
    "≠": "<>",
    "→": "->",
    "←": "<-",
    "\u2011": "-",
    "•": "-",
}


@cache
def _glyphs() -> frozenset[int]:
    return frozenset(TTFont(FONTS[""]).getBestCmap())


def written(text: str) -> str:
    """What the font cannot draw is written without its accent, or as a question mark."""
    whole = unicodedata.normalize("NFC", text.replace(THIN, NBSP))
    return "".join(one if ord(one) in _glyphs() else _near(one) for one in whole)


def _near(one: str) -> str:
    if one in NEAR:
        return NEAR[one]
    bare = unicodedata.normalize("NFKD", one).encode("ascii", "ignore").decode()
    return bare or ("" if unicodedata.category(one) in ("Mn", "Cf") else "?")


class Papier(FPDF):
    """A4. What is drawn within `tagged` is read aloud, in that order; within `artifact` it is not."""

    MARGIN, BOTTOM = 10, 18

    def __init__(self, *, title: str, foot: str, made_at: datetime):
        super().__init__(format="A4")
        self.foot = foot
        self.set_title(written(title))
        self.set_lang("fr")
        self.set_creation_date(made_at)
        self.viewer_preferences = ViewerPreferences(display_doc_title=True)
        self.set_auto_page_break(True, margin=self.BOTTOM)
        for style, path in FONTS.items():
            self.add_font("corps", style, path)
        self.set_font("corps", size=10)

    def footer(self) -> None:
        with self.artifact():
            self.set_y(-14)
            self.set_font("corps", size=8)
            self.cell(0, 5, written(f"{self.foot} – page {self.page_no()}"), align="C")

    @contextmanager
    def tagged(self, kind: str) -> Iterator[None]:
        """`kind`: H1, H2, P… of one page: whoever draws sees to it that it does not run over."""
        mcid = self.struct_builder.next_mcid_for_page(self.page)
        self._add_marked_content(struct_type=f"/{kind}", mcid=mcid)
        self._out(f"/{kind} <</MCID {mcid}>> BDC")
        yield
        self._out("EMC")

    @contextmanager
    def artifact(self) -> Iterator[None]:
        self._out("/Artifact BMC")
        yield
        self._out("EMC")

    @property
    def room(self) -> float:
        """Left on this page."""
        return float(self.page_break_trigger - self.y)

    def lines_of(self, text: str, width: float) -> list[str]:
        """As they fit, in the font that is set."""
        found: Any = self.multi_cell(
            width, 5, written(text), dry_run=True, output=MethodReturnValue.LINES, align="L", padding=0
        )
        return list(found)

    def heading(self, text: str, size: float = 13, level: int = 1) -> None:
        """Also in the outline."""
        self.ln(3)
        self.set_font("corps", "B", size)
        self._lines(text, size / 1.9, f"H{level}", together=True)
        self.ln(1)

    def say(self, text: str, size: float = 10) -> None:
        self.set_font("corps", size=size)
        self._lines(text, size / 2, "P")

    def pairs(self, rows: Iterable[tuple[str, str]]) -> None:
        for name, value in rows:
            self.say(f"{name}{NBSP}: {value}")

    def _lines(self, text: str, height: float, kind: str, *, together: bool = False) -> None:
        """A paragraph, tagged anew on each page it runs over; a heading is not left alone at the foot."""
        lines = self.lines_of(text, self.epw)
        if together and self.room < height * len(lines) + 12:
            self.add_page()
        if together:
            self.start_section(written(text), level=int(kind[1:]) - 1, strict=False)
        while lines:
            fit = max(int(self.room // height), 0)
            if not fit:
                self.add_page()
                continue
            now, lines = lines[:fit], lines[fit:]
            with self.tagged(kind):
                for line in now:
                    self.cell(0, height, line, new_x="LMARGIN", new_y="NEXT")
