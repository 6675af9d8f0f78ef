"""Main figures of a report on screen: this period, the same a year before, the last twelve months.

Masked as its file is: `resultats` alone says what may be shown (OBS-7).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.utils import timezone

from observatoire.masquage.regles import last_day
from observatoire.masquage.tableau import Nature as Figure
from observatoire.masquage.tableau import Tableau
from observatoire.rapports import Cadre, Nature, Rapport, etiquetees, resultats
from observatoire.rapports.etiquettes import AXES, RUBRIQUES
from viatraj.core.periods import add_months
from viatraj.core.typography import THIN, grouped, in_month

HEIGHT, STEP = 120, 50  # of the line, in units of its drawing
STACKED = {"axe": AXES, "rubrique": RUBRIQUES}


@dataclass(frozen=True)
class Barre:
    """`figure`, `before`: a number, a word where it is masked, None where there is none."""

    mot: str
    figure: Any
    before: Any
    largeur: int

    @property
    def dit(self) -> str:
        return _said(self.figure)

    @property
    def avant(self) -> str:
        return _said(self.before)

    @property
    def evolution(self) -> str:
        """From two figures that are shown; none from a masked one."""
        if not isinstance(self.figure, int) or not isinstance(self.before, int) or not self.before:
            return ""
        change = round(100 * (self.figure - self.before) / self.before)
        return f"{'+' if change > 0 else '−' if change < 0 else ''}{abs(change)}{THIN}%"


def _said(figure: Any) -> str:
    return "—" if figure is None else grouped(figure) if isinstance(figure, int) else str(figure)


@dataclass(frozen=True)
class Section:
    titre: str
    barres: tuple[Barre, ...]


@dataclass(frozen=True)
class Tendance:
    """Months with their figures; `lignes`: points of each stretch of months that have one."""

    barres: tuple[Barre, ...]
    lignes: tuple[str, ...]

    @property
    def largeur(self) -> int:
        return STEP * max(1, len(self.barres) - 1)


@dataclass(frozen=True)
class Chiffres:
    cadre: Cadre
    sections: tuple[Section, ...] = ()
    tendance: Tendance | None = None
    unite: str = ""
    legende: str = ""
    refus: str = ""


def of(rapport: Rapport, cadre: Cadre) -> Chiffres:
    today = timezone.localdate(cadre.now)
    if refused := resultats.refusal(rapport, cadre, today=today):
        return Chiffres(cadre, refus=refused[1])
    here = resultats.result(rapport, cadre, today=today)
    before = resultats.result(rapport, _a_year_before(cadre), today=today)
    main = _main(here.tableau)
    unite = next((one.titre for one in rapport.colonnes if one.cle == main), "")
    tables = zip(_tables(here), _tables(before), strict=True)
    sections = (section for pair in tables for section in _sections(rapport, main, *pair))
    return Chiffres(cadre, tuple(sections), _tendance(rapport, cadre, main, today), unite, here.legende)


def _a_year_before(cadre: Cadre) -> Cadre:
    """Whole months stay whole, in February too."""
    fin = add_months(cadre.fin, -12)
    fin = last_day(fin) if cadre.fin == last_day(cadre.fin) else fin
    return replace(cadre, debut=add_months(cadre.debut, -12), fin=fin)


def _main(tableau: Tableau | None) -> str:
    """The first count."""
    return next((one.cle for one in tableau.mesures if one.nature == Figure.COMPTE), "") if tableau else ""


def _tables(found: resultats.Resultat) -> list[Tableau]:
    """Totals by each dimension but time; the table itself where tables stand one under the other."""
    if found.tableau is None:
        return []
    if {*found.tableau.dimensions} & {*STACKED}:
        return [found.tableau]
    wanted = [(name,) for name in found.tableau.dimensions if name != "mois"]
    known = {one.dimensions: one for one in found.totaux}
    return [known.get(one, Tableau("", one, found.tableau.mesures)) for one in [(), *wanted]]


def _sections(rapport: Rapport, main: str, here: Tableau, before: Tableau) -> Iterator[Section]:
    stacked = next((name for name in STACKED if name in here.dimensions), "")
    groups = dict.fromkeys(row.cles[0] for row in here.rangees) if stacked else (None,)
    titles = {one.cle: one.titre for one in rapport.colonnes}
    for group in groups:
        name = here.dimensions[0] if here.dimensions else ""
        titre = STACKED[stacked].get(group, group) if stacked else titles.get(name) or titles.get("lieu", "")
        one, other = (_only(table, group) if stacked else table for table in (here, before))
        if one.rangees:
            yield Section(str(titre if name else "Ensemble"), tuple(_barres(main, one, other)))


def _only(table: Tableau, group: Any) -> Tableau:
    return replace(table, rangees=tuple(row for row in table.rangees if row.cles[0] == group))


def _barres(main: str, here: Tableau, before: Tableau) -> Iterator[Barre]:
    place = [one.cle for one in here.mesures].index(main)
    known = {row.cles: row.valeurs[_place(before, main)] for row in before.rangees}
    figures = [row.valeurs[place] for row in here.rangees]
    most = max((one for one in figures if isinstance(one, int)), default=0)
    words = (row[: len(here.dimensions)] for row in etiquetees(here))
    for row, said, figure in zip(here.rangees, words, figures, strict=True):
        largeur = round(100 * figure / most) if isinstance(figure, int) and most else 0
        yield Barre(str(said[-1]) if said else "Total", figure, known.get(row.cles), largeur)


def _place(table: Tableau, main: str) -> int:
    return [one.cle for one in table.mesures].index(main)


def _tendance(rapport: Rapport, cadre: Cadre, main: str, today: date) -> Tendance | None:
    """Of a table that has months, the twelve that end with the period; what is masked is a gap."""
    if rapport.nature == Nature.PHOTO or not any(one.cle == "mois" for one in rapport.colonnes):
        return None
    year = replace(cadre, debut=add_months(cadre.fin.replace(day=1), -11))
    if resultats.refusal(rapport, year, today=today):
        return None
    found = resultats.result(rapport, year, today=today)
    months = next((one for one in found.totaux if one.dimensions == ("mois",)), None)
    if months is None:
        return None
    known = {row.cles[0]: row.valeurs[_place(months, main)] for row in months.rangees}
    days = [add_months(year.debut, n) for n in range(12)]
    figures = [known.get(f"{day:%Y-%m}", None if found.legende else 0) for day in days]
    most = max((one for one in figures if isinstance(one, int)), default=0)
    barres = (
        Barre(
            in_month(day), figure, None, round(100 * figure / most) if most and isinstance(figure, int) else 0
        )
        for day, figure in zip(days, figures, strict=True)
    )
    return Tendance(tuple(barres), tuple(_stretches(figures, most)))


def _stretches(figures: list[Any], most: int) -> Iterator[str]:
    points: list[str] = []
    for n, figure in enumerate([*figures, None]):
        if isinstance(figure, int) and most:
            points.append(f"{n * STEP},{HEIGHT - round(HEIGHT * figure / most)}")
        elif points:
            yield " ".join(points)
            points = []
