"""Tables of figures put together, by themselves: no row of the database."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from observatoire.masquage.tableau import Mesure, Nature, Rangee, Tableau


def added(tables: Sequence[Tableau]) -> Tableau:
    """Tables of the same shape, their rows of the same keys added up; shares are worked out again."""
    sums: dict[tuple[Any, ...], Rangee] = {}
    for one in (row for table in tables for row in table.rangees):
        known = sums.get(one.cles)
        sums[one.cles] = one if known is None else _sum(known, one)
    return shared(replace(tables[0], rangees=tuple(sums.values())))


def _sum(one: Rangee, other: Rangee) -> Rangee:
    """A share is worked out afterwards; a quantile has one month, and is never added."""
    valeurs = tuple(
        None if a is None or b is None else a + b for a, b in zip(one.valeurs, other.valeurs, strict=True)
    )
    who = tuple(a + b for a, b in zip(one.personnes, other.personnes, strict=True))
    return Rangee(one.cles, valeurs, who)


def without(table: Tableau, dimension: str) -> Tableau:
    """The same rows, said without this dimension: several may have the same keys then."""
    place = table.dimensions.index(dimension)
    dimensions = (*table.dimensions[:place], *table.dimensions[place + 1 :])
    rangees = (replace(one, cles=(*one.cles[:place], *one.cles[place + 1 :])) for one in table.rangees)
    # At once: the table checks that rows have its width.
    return replace(table, dimensions=dimensions, rangees=tuple(rangees))


def shared(table: Tableau) -> Tableau:
    """The same, each share being of the rows that are there."""
    places = {one.cle: n for n, one in enumerate(table.mesures)}
    for n, mesure in enumerate(table.mesures):
        if mesure.nature == Nature.PART:
            found = _within(table, places, mesure) if mesure.sur else _among(table, places, mesure)
            table = replace(table, rangees=tuple(_put(table.rangees, n, found)))
    return table


def _within(table: Tableau, places: Mapping[str, int], mesure: Mesure) -> list[tuple[int, int]]:
    """Of another column of the row."""
    return [(one.valeurs[places[mesure.de]], one.valeurs[places[mesure.sur]]) for one in table.rangees]


def _among(table: Tableau, places: Mapping[str, int], mesure: Mesure) -> list[tuple[int, int]]:
    """Of the sum of its own column, over the rows alike in `parmi`."""
    kept = [n for n, name in enumerate(table.dimensions) if name in mesure.parmi]
    alike = [tuple(one.cles[n] for n in kept) for one in table.rangees]
    counts = [one.valeurs[places[mesure.de]] for one in table.rangees]
    sums: dict[tuple[Any, ...], int] = defaultdict(int)
    for key, count in zip(alike, counts, strict=True):
        sums[key] += count
    return [(count, sums[key]) for key, count in zip(alike, counts, strict=True)]


def _put(rangees: Sequence[Rangee], n: int, found: Sequence[tuple[int, int]]) -> Iterator[Rangee]:
    for one, (count, among) in zip(rangees, found, strict=True):
        share = count / among if among else None
        yield Rangee(one.cles, (*one.valeurs[:n], share, *one.valeurs[n + 1 :]), one.personnes)


def together(population: str, tables: Sequence[Tableau], dimension: str, keys: Sequence[str]) -> Tableau:
    """Tables of the same shape one under the other, each under its own key of one dimension more."""
    first = tables[0]
    rangees = tuple(
        Rangee((key, *one.cles), one.valeurs, one.personnes)
        for key, table in zip(keys, tables, strict=True)
        for one in table.rangees
    )
    return Tableau(
        population, (dimension, *first.dimensions), first.mesures, rangees, first.fixe, first.poids
    )
