"""An aggregated table as a report gives it: figures, and how many persons stand behind each of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Nature(StrEnum):
    """What becomes of a figure when rows are added up: only a count can be."""

    COMPTE = "compte"
    PART = "part"  # of `de`
    MESURE = "mesure"  # a median, a quantile, a mean: of those that `de` counts


@dataclass(frozen=True)
class Mesure:
    """A column of figures; `de`: the column it rests on, masked with it."""

    cle: str
    nature: Nature = Nature.COMPTE
    de: str = ""


@dataclass(frozen=True)
class Rangee:
    """`cles` as dimensions, `valeurs` and `personnes` as measures; no figure (None) has no persons."""

    cles: tuple[Any, ...]
    valeurs: tuple[Any, ...]
    personnes: tuple[int, ...]


@dataclass(frozen=True)
class Tableau:
    """Columns are the dimensions, then the measures. No row is a total: masking adds what it shows."""

    dimensions: tuple[str, ...]
    mesures: tuple[Mesure, ...]
    rangees: tuple[Rangee, ...] = ()

    @property
    def colonnes(self) -> tuple[str, ...]:
        return (*self.dimensions, *(one.cle for one in self.mesures))

    def lignes(self) -> Iterator[tuple[Any, ...]]:
        """As they are, for one's own structures."""
        for one in self.rangees:
            yield (*one.cles, *one.valeurs)
