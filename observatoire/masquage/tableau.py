"""An aggregated table as a report gives it: figures, and who stands behind each, without saying who.

A report groups its lines by `dimensions` and gives, for each measure of each group, `Personnes`: how many
distinct persons, the smallest of their pseudonymous keys, and the sum of the keys of the lines. The last two
can be merged, so that masking adds up rows itself: a person who stands in two of them is counted once, and a
total is the same whatever it was added up from. A report never gives a row of totals.

    Tableau(
        "reponse",  # what one line is: the same word in every report that counts it
        ("mois", "unite", "motif"),
        (Mesure("n"), Mesure("part", Nature.PART, "n"), Mesure("mediane", Nature.QUANTILE, "n", 0.5)),
        rangees,
        fixe=(("coordination", 12), ("sexe", "F")),  # where, and each criterion: true of every line
    )

Keys of a person and of a line are 64 bits, drawn at random once in the store. `Personnes.read(…)`
takes the columns that `rapports.groupes` asks of them.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from heapq import nsmallest
from typing import Any

TEMOINS = 32  # keys kept of a group: no threshold may be above
MANY = 8 * TEMOINS  # keys put together before the smallest are kept
MODULO = 1 << 64
EMPILEES = ("axe", "rubrique")  # dimensions under which whole tables stand: a line is counted in each of them


class Nature(StrEnum):
    """What becomes of a figure when rows are added up: only a count can be, and a part follows."""

    COMPTE = "compte"  # of lines; a whole number
    PART = "part"  # from 0 to 1: worked out again from what is shown
    QUANTILE = "quantile"  # of the delays of those `de` counts, in seconds: 0.5 is the median


@dataclass(frozen=True)
class Mesure:
    """A column of figures. Open intervals are a COMPTE of their own.

    `de`: of a COMPTE, the column among whose lines its own are (refusals, of answers): nobody is to read that
    all were, or none; of a PART, what is divided; of a QUANTILE, how many delays there are.
    `sur`: of a PART, the column that divides in the same row; without it, the sum of `de` over the rows that
    have the same keys in `parmi`, of the whole table when that is empty.
    """

    cle: str
    nature: Nature = Nature.COMPTE
    de: str = ""
    rang: float = 0.5  # of a QUANTILE
    sur: str = ""
    parmi: tuple[str, ...] = ()


@dataclass(frozen=True)
class Personnes:
    """Who stands behind a figure. `temoins`: the smallest keys, sorted. `cle`: of lines, modulo 2**64.

    `nombre` is exact, of what was added up too as long as there are fewer than `TEMOINS`.
    """

    nombre: int = 0
    temoins: tuple[int, ...] = ()
    cle: int = 0
    exact: bool = True

    @classmethod
    def of(cls, lines: Iterable[tuple[int, int]]) -> "Personnes":
        """From pairs of the key of the person and the key of the line."""
        pairs = list(lines)
        people = {person for person, _ in pairs}
        return cls(len(people), tuple(nsmallest(TEMOINS, people)), sum(line for _, line in pairs) % MODULO)

    @classmethod
    def read(cls, nombre: int | None, temoins: Iterable[int] | None, cle: Any) -> "Personnes":
        """How many, the smallest keys of persons, the sum of those of lines; NULL where there is nobody."""
        return cls(nombre or 0, tuple(temoins or ()), int(cle or 0) % MODULO)

    @classmethod
    def together(cls, groups: Iterable["Personnes"]) -> "Personnes":
        some = [one for one in groups if one.nombre]
        if len(some) < 2:
            return some[0] if some else cls()
        temoins = _smallest(one.temoins for one in some)
        cle = sum([one.cle for one in some]) % MODULO
        if len(temoins) < TEMOINS:
            return cls(len(temoins), temoins, cle)
        return cls(max(TEMOINS, *[one.nombre for one in some]), temoins, cle, exact=False)

    def __add__(self, other: "Personnes") -> "Personnes":
        return self.together((self, other))

    def beside(self, part: "Personnes") -> int:
        """At least how many of these persons are not of `part`, which is some of them."""
        if self.exact and part.exact:
            return self.nombre - part.nombre
        known = part.temoins[-1] if len(part.temoins) == TEMOINS else self.temoins[-1]
        return len({key for key in self.temoins if key <= known} - {*part.temoins})


def _smallest(groups: Iterable[tuple[int, ...]]) -> tuple[int, ...]:
    """The keys that are kept of these groups, each of them sorted: most have none that is small enough."""
    found: list[int] = []
    bound = MODULO
    for one in groups:
        if one and one[0] < bound:
            found += one[: bisect_left(one, bound)]
            if len(found) > MANY:
                found = sorted({*found})[:TEMOINS]
                bound = found[-1] if len(found) == TEMOINS else bound
    return tuple(sorted({*found})[:TEMOINS])


@dataclass(frozen=True)
class Rangee:
    """`cles` as dimensions, `valeurs` and `personnes` as measures; no figure (None) has `Personnes()`.

    A key is a code (text or number), None for «non renseigné»; labels are the page's business.
    """

    cles: tuple[Any, ...]
    valeurs: tuple[Any, ...]
    personnes: tuple[Personnes, ...]


@dataclass(frozen=True)
class Tableau:
    """Columns are the dimensions, then the measures. No row is a total: masking adds what it shows.

    Profiles have a table a characteristic, one under the other: `axe` says which, `modalite` its value.

    Names of dimensions are the same in all reports, for a cell is known by them (`masquage.grille`):
    `region`, `coordination`, `etablissement`, `unite` for places, `annee` ("2026"), `mois` ("2026-03")
    for time. ValueError where a row has not its width.
    `poids`: how many lines of this population one person often has in a cell; figures are blurred by as much.
    """

    population: str
    dimensions: tuple[str, ...]
    mesures: tuple[Mesure, ...]
    rangees: tuple[Rangee, ...] = ()
    fixe: tuple[tuple[str, Any], ...] = ()
    poids: int = 1

    def __post_init__(self):
        for one in self.rangees:
            if (len(one.cles), len(one.valeurs)) != (len(self.dimensions), len(self.mesures)):
                raise ValueError("Une rangée n’a pas la largeur de son tableau.")
            if len(one.personnes) != len(self.mesures):
                raise ValueError("Chaque chiffre dit combien de personnes il compte.")

    @property
    def colonnes(self) -> tuple[str, ...]:
        return (*self.dimensions, *(one.cle for one in self.mesures))

    def lignes(self) -> Iterator[tuple[Any, ...]]:
        """As they are, for one's own structures."""
        for one in self.rangees:
            yield (*one.cles, *one.valeurs)
