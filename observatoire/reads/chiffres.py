"""Figures of a report on screen: the main ones, beside those of a year before; by structure and whatever else
it is grouped by; the last twelve months; the lines of its file.

Masked as its file is: `resultats` alone says what may be shown (OBS-7).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby, islice
from typing import Any

from django.utils import timezone

from observatoire.masquage.regles import last_day
from observatoire.masquage.tableau import Nature as Figure
from observatoire.masquage.tableau import Tableau
from observatoire.rapports import Cadre, Colonne, Nature, Rapport, etiquetees, resultats
from observatoire.rapports.etiquettes import AXES, RUBRIQUES
from observatoire.reads import magasin
from viatraj.core.periods import add_months
from viatraj.core.typography import NBSP, THIN, grouped, in_month

Whole = dict[str, Any]  # figures of all lines, by measure
HOUR = 3600
RANG, MEDIANE = " – ", "médiane"  # as `communs.quartiles` names its columns
DETAILED = 60  # lines of a table; the file has them all
HEIGHT, STEP = 120, 50  # of the line, in units of its drawing
STACKED = {"axe": AXES, "rubrique": RUBRIQUES}


@dataclass(frozen=True)
class Barre:
    """`figure`, `before`: a number, a word where it is masked, None where there is none."""

    mot: str
    figure: Any
    before: Any
    largeur: int = 0
    kind: str = "int"

    @property
    def dit(self) -> str:
        return _said(self.figure, self.kind)

    @property
    def avant(self) -> str:
        return _said(self.before, self.kind)

    @property
    def evolution(self) -> str:
        """From two figures that are shown; none from a masked one."""
        if not isinstance(self.figure, int) or not isinstance(self.before, int) or not self.before:
            return ""
        change = round(100 * (self.figure - self.before) / self.before)
        return f"{'+' if change > 0 else '−' if change < 0 else ''}{abs(change)}{THIN}%"


def _said(figure: Any, kind: str = "int") -> str:
    """As people read it; a word stays one."""
    if figure is None:
        return "—"
    if isinstance(figure, str):
        return figure
    if kind == "duration":
        days, seconds = divmod(int(figure), 86400)
        hours = f"{seconds // HOUR}{NBSP}h"
        whole = f"{grouped(days)}{NBSP}j"
        return hours if not days else f"{whole} {hours}" if seconds >= HOUR else whole
    if kind == "percent":
        return f"{grouped(Decimal(str(round(100 * figure, 1))))}{THIN}%"
    return grouped(figure)


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
class Delai:
    """One delay of all lines; `rangs`: its quantiles, each with its name. `mediane` is compared."""

    mot: str
    rangs: tuple[tuple[str, str], ...]
    mediane: Barre


@dataclass(frozen=True)
class Detail:
    """The first lines of the file, of quantiles the median alone; `autres`: how many there are besides."""

    titres: tuple[str, ...]
    lignes: tuple[tuple[tuple[str, str], ...], ...]  # each figure with its title
    autres: int


@dataclass(frozen=True)
class Chiffres:
    cadre: Cadre
    essentiel: tuple[Barre, ...] = ()
    delais: tuple[Delai, ...] = ()
    sections: tuple[Section, ...] = ()
    tendance: Tendance | None = None
    unite: str = ""
    legende: str = ""
    refus: str = ""
    detail: Detail | None = None
    relevees_at: datetime | None = None


def of(rapport: Rapport, cadre: Cadre) -> Chiffres:
    today = timezone.localdate(cadre.now)
    if refused := resultats.refusal(rapport, cadre, today=today):
        return Chiffres(cadre, refus=refused[1])
    here = resultats.result(rapport, cadre, today=today)
    before = resultats.result(rapport, _a_year_before(cadre), today=today)
    now, then = (_whole(rapport, one, today) for one in (here, before))
    main = _main(here.exact)
    unite = next((one.titre for one in rapport.colonnes if one.cle == main), "")
    tables = zip(_tables(here), _tables(before), strict=True)
    sections = (section for pair in tables for section in _sections(rapport, main, *pair))
    return Chiffres(
        cadre,
        tuple(_essentiel(rapport, now, then)),
        tuple(_delais(rapport, now, then)),
        tuple(sections),
        _tendance(rapport, here, main, today),
        unite,
        here.legende,
        detail=_detail(rapport, here),
        relevees_at=None if rapport.vivant else magasin.relevees_at(),
    )


def _essentiel(rapport: Rapport, now: Whole, then: Whole) -> Iterator[Barre]:
    """All lines together: counts and shares, in the order of the columns."""
    for one in rapport.colonnes:
        if one.cle in now and not _rang(one):
            yield Barre(one.titre, now[one.cle], then.get(one.cle), kind=one.kind)


def _delais(rapport: Rapport, now: Whole, then: Whole) -> Iterator[Delai]:
    """Quantiles of all lines, a delay a row."""
    quantiles = [one for one in rapport.colonnes if one.cle in now and _rang(one)]
    for mot, some in groupby(quantiles, lambda one: one.titre.rpartition(RANG)[0]):
        columns = list(some)
        rangs = tuple((_rang(one), _said(now[one.cle], one.kind)) for one in columns)
        (one,) = (one for one in columns if _rang(one) == MEDIANE)
        yield Delai(mot, rangs, Barre(mot, now[one.cle], then.get(one.cle), kind=one.kind))


def _rang(colonne: Colonne) -> str:
    """«médiane» of «Envoi → réponse – médiane»; nothing of what is no quantile."""
    return colonne.titre.rpartition(RANG)[2] if colonne.kind == "duration" and RANG in colonne.titre else ""


def _whole(rapport: Rapport, found: resultats.Resultat, today: date) -> Whole:
    """By measure; where quantiles of all lines are not to be had, what adds up."""
    whole = resultats.ensemble(rapport, found.cadre, today=today)
    whole = whole or found.total()
    if whole is None or not whole.rangees:
        return {}
    names = (one.cle for one in whole.mesures)
    return dict(zip(names, whole.rangees[0].valeurs, strict=True))


def _detail(rapport: Rapport, found: resultats.Resultat) -> Detail | None:
    """Of a table that says more of a line than one count."""
    tableau = found.tableau
    if tableau is None or len(tableau.mesures) < 2 or not tableau.rangees:
        return None
    kept = [(n, one) for n, one in enumerate(rapport.colonnes) if _rang(one) in ("", MEDIANE)]
    lignes = (
        tuple((one.titre, _word(one, row[n])) for n, one in kept) for row in islice(found.lignes, DETAILED)
    )
    titres = tuple(one.titre for _, one in kept)
    return Detail(titres, tuple(lignes), max(0, len(tableau.rangees) - DETAILED))


def _word(colonne: Colonne, value: Any) -> str:
    """As a line says it; «2026-03» is a month."""
    if colonne.cle == "mois":
        return in_month(date.fromisoformat(f"{value}-01"))
    return _said(value, colonne.kind)


def _a_year_before(cadre: Cadre) -> Cadre:
    """Whole months stay whole, in February too."""
    fin = add_months(cadre.fin, -12)
    fin = last_day(fin) if cadre.fin == last_day(cadre.fin) else fin
    return replace(cadre, debut=add_months(cadre.debut, -12), fin=fin)


def _main(tableau: Tableau | None) -> str:
    """The first count."""
    return next((one.cle for one in tableau.mesures if one.nature == Figure.COMPTE), "") if tableau else ""


def _tables(found: resultats.Resultat) -> list[Tableau]:
    """Totals by each dimension but time; the table itself where tables stand one under the other, or where
    it has one dimension."""
    if found.exact is None:
        return []
    if {*found.exact.dimensions} & {*STACKED}:
        return [found.tableau]
    wanted = [name for name in found.exact.dimensions if name != "mois"]
    if len(found.exact.dimensions) == 1:
        return [found.tableau] if wanted else []
    return [found.total(one) or Tableau("", (one,), found.exact.mesures) for one in wanted]


def _sections(rapport: Rapport, main: str, here: Tableau, before: Tableau) -> Iterator[Section]:
    stacked = next((name for name in STACKED if name in here.dimensions), "")
    groups = dict.fromkeys(row.cles[0] for row in here.rangees) if stacked else (None,)
    titles = {one.cle: one.titre for one in rapport.colonnes}
    for group in groups:
        name = here.dimensions[0] if here.dimensions else ""
        titre = STACKED[stacked].get(group, group) if stacked else titles.get(name) or titles.get("lieu", "")
        one, other = (_only(table, group) if stacked else table for table in (here, before))
        if one.rangees:
            yield Section(str(titre), tuple(_barres(main, one, other)))


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


def _tendance(rapport: Rapport, here: resultats.Resultat, main: str, today: date) -> Tendance | None:
    """Of a table that has months, the twelve that end with the period, if one has a figure; what is masked is
    a gap."""
    if rapport.nature == Nature.PHOTO or not any(one.cle == "mois" for one in rapport.colonnes):
        return None
    year = replace(here.cadre, debut=add_months(here.cadre.fin.replace(day=1), -11))
    if resultats.refusal(rapport, year, today=today):
        return None
    found = here if year == here.cadre else resultats.result(rapport, year, today=today)
    months = found.total("mois") if len(found.exact.dimensions) > 1 else None
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
    return Tendance(tuple(barres), tuple(_stretches(figures, most))) if most else None


def _stretches(figures: list[Any], most: int) -> Iterator[str]:
    points: list[str] = []
    for n, figure in enumerate([*figures, None]):
        if isinstance(figure, int) and most:
            points.append(f"{n * STEP},{HEIGHT - round(HEIGHT * figure / most)}")
        elif points:
            yield " ".join(points)
            points = []
