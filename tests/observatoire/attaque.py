"""Random worlds, and one who wants what is masked in them: by every table he may order, and linear algebra.

He knows the method, its numbers, how small counts are spread and which rows are not shown; not the key.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations, product
from typing import Any

from observatoire.masquage.masquer import MASQUE, marge, masquer
from observatoire.masquage.regles import Regles
from observatoire.masquage.tableau import Mesure, Personnes, Rangee, Tableau

CLE = b"cle des tests"
TODAY = date(2027, 3, 4)
MOIS = tuple(f"2026-{n:02}" for n in range(1, 13))
UNITES, MOTIFS, AGES = range(12), ("m1", "m2", "m3", "m4"), ("a1", "a2", "a3", "a4", "a5")
GRILLE = tuple(product(MOIS, UNITES, MOTIFS))

Case = tuple[str, int, str, str]  # month, unit, motif, class of age: the finest that he may ask
Reading = tuple[tuple[int, ...], int]  # the cases that a figure adds up, and the figure


@dataclass(frozen=True)
class Ligne:
    personne: int
    cle: int
    mois: str
    unite: int
    motif: str
    age: str

    @property
    def annee(self) -> str:
        return self.mois[:4]

    @property
    def coordination(self) -> int:
        return self.unite // 6


# Worlds


def rares(rng: random.Random) -> Iterator[int]:
    """A third of cells small, by a law that falls off as small counts do, amid large: no total says which."""
    for _ in GRILLE:
        small = min(10, int(rng.expovariate(1 / 3.5)))
        yield small if rng.random() < 0.35 else rng.randrange(14, 40)


def lisses(rng: random.Random, redrawn: int = 0) -> Iterator[int]:
    """Units and motifs of unlike sizes, months alike: totals say how many to expect in a cell, of whomever.

    `redrawn`: other people, of whom as many are to be expected.
    """
    sizes = {one: rng.lognormvariate(0, 1) for one in (*UNITES, *MOTIFS)}
    drawn = random.Random(f"{rng.random()}{redrawn}")
    for _, unite, motif in GRILLE:
        yield _poisson(drawn, 5 * sizes[unite] * sizes[motif])


def _poisson(rng: random.Random, mean: float) -> int:
    found, left = 0, rng.expovariate(1)
    while left < mean:
        found, left = found + 1, left + rng.expovariate(1)
    return found


def monde(counts: Iterable[int], rng: random.Random) -> list[Ligne]:
    """Lines of these cells, one in five of a person who came before to the unit."""
    lines: list[Ligne] = []
    known: dict[tuple[int, str], list[int]] = defaultdict(list)
    for (mois, unite, motif), many in zip(GRILLE, counts, strict=True):
        for _ in range(many):
            age = rng.choice(AGES)
            came = known[unite, age]
            personne = rng.choice(came) if came and rng.random() < 0.2 else key(rng)
            came.append(personne)
            lines.append(Ligne(personne, key(rng), mois, unite, motif, age))
    return lines


def key(rng: random.Random) -> int:
    return rng.randrange(-(1 << 63), 1 << 63)


# Orders


@dataclass(frozen=True)
class Ordre:
    """Of which places, from which month to which, of which ages; a table with all its totals."""

    coordinations: tuple[int, ...] = ()
    unites: tuple[int, ...] = ()
    mois: tuple[str, str] = (MOIS[0], MOIS[-1])
    ages: tuple[str, ...] = ()
    dimensions: tuple[str, ...] = ("mois", "unite", "motif")
    population: str = "demande"

    @property
    def days(self) -> tuple[date, date]:
        first, last = (date.fromisoformat(f"{one}-01") for one in self.mois)
        return first, (last + timedelta(days=31)).replace(day=1) - timedelta(days=1)

    def holds(self, line: Ligne) -> bool:
        return (
            self.mois[0] <= line.mois <= self.mois[1]
            and (not self.coordinations or line.coordination in self.coordinations)
            and (not self.unites or line.unite in self.unites)
            and (not self.ages or line.age in self.ages)
        )

    def refusal(self, regles: Regles) -> str:
        """Why he is told no, as the order page asks; what is called by name can be taken away in a test."""
        first, last = self.days
        months = "mois" in self.dimensions
        return (
            regles.refuse_territoire(
                not (self.coordinations or self.unites),
                {"coordination": self.coordinations, "unite": self.unites},
            )
            or regles.refuse_periode(first, last, par_mois=months, today=TODAY)
            or regles.refuse_criteres({"age": self.ages}, {"age": len(AGES)})
        )

    def fixe(self) -> tuple[tuple[str, Any], ...]:
        said: list[tuple[str, Any]] = []
        for name, keys in (("coordination", self.coordinations), ("unite", self.unites), ("age", self.ages)):
            if keys:
                said.append((name, keys[0] if len(keys) == 1 else "+".join(map(str, keys))))
        whole = self.mois == (MOIS[0], MOIS[-1])
        return (*said, ("annee", "2026") if whole else ("mois", "..".join(sorted({*self.mois}))))

    def tableau(self, lines: Iterable[Ligne]) -> Tableau:
        groups: dict[tuple[Any, ...], list[Ligne]] = defaultdict(list)
        for line in lines:
            if self.holds(line):
                groups[tuple(getattr(line, name) for name in self.dimensions)].append(line)
        rows = tuple(
            Rangee(cles, (len(some),), (Personnes.of((one.personne, one.cle) for one in some),))
            for cles, some in groups.items()
        )
        return Tableau(self.population, self.dimensions, (Mesure("n"),), rows, self.fixe())


ALLOWED = [
    Ordre(coordinations=where, ages=who) for where in ((), (0,), (1,)) for who in ((), *((a,) for a in AGES))
]
FEWER = ("unite", "motif")
# What he would rather ask, were it not refused.
PERIODES = [
    Ordre(mois=(MOIS[a], MOIS[b]), dimensions=FEWER) for a in range(12) for b in range(a + 1, min(12, a + 5))
]
CRITERES = [Ordre(ages=some) for size in (2, 3, 4) for some in combinations(AGES, size)]
TERRITOIRES = [
    Ordre(unites=some, dimensions=("mois", "motif"))
    for size in (2, 3, 5)
    for some in combinations(UNITES, size)
]
CHOSEN = 50


def chosen(wanted: Iterable[Ordre], refusal: Callable[[Ordre], str]) -> list[Ordre]:
    """The fifty that he may, those he would rather have first."""
    asked = list(dict.fromkeys((ALLOWED[0], *wanted, *ALLOWED)))
    return [one for one in asked if not refusal(one)][:CHOSEN]


# What he reads, and makes of it


class Verite:
    """What is true of each cell that he may ask, to mark his answers by; where its cases are."""

    def __init__(self, lines: list[Ligne]):
        self.lines = lines
        self.cases = {case: n for n, case in enumerate(product(MOIS, UNITES, MOTIFS, AGES))}
        self.counts: Counter[int] = Counter(
            self.cases[one.mois, one.unite, one.motif, one.age] for one in lines
        )
        people: dict[int, set[int]] = defaultdict(set)
        for one in lines:
            people[self.cases[one.mois, one.unite, one.motif, one.age]].add(one.personne)
        self.people = people

    def of(self, members: tuple[int, ...]) -> int:
        return sum(self.counts[n] for n in members)

    def persons(self, members: tuple[int, ...]) -> int:
        return len(set().union(*(self.people.get(n, ()) for n in members)))

    def members(self, ordre: Ordre, kept: tuple[str, ...]) -> dict[tuple[Any, ...], tuple[int, ...]]:
        """All cells of a table, those of nobody too."""
        found: dict[tuple[Any, ...], list[int]] = defaultdict(list)
        for (mois, unite, motif, age), n in self.cases.items():
            line = Ligne(0, 0, mois, unite, motif, age)
            if ordre.holds(line):
                found[tuple(getattr(line, name) for name in kept)].append(n)
        return {cles: tuple(some) for cles, some in found.items()}


@dataclass
class Lecture:
    """Figures that he was shown, and the cells of the same tables that he was not."""

    figures: list[Reading]
    masked: list[tuple[int, ...]]

    @classmethod
    def of(
        cls, verite: Verite, orders: Iterable[Ordre], regles: Regles, cle: Callable[[int], bytes]
    ) -> "Lecture":
        figures: dict[tuple[Reading, str, bytes], None] = {}  # the same figure is known once
        cells: dict[tuple[int, ...], None] = {}
        for number, ordre in enumerate(orders):
            whole = ordre.tableau(verite.lines)
            for size in range(len(ordre.dimensions) + 1):
                for kept in combinations(ordre.dimensions, size):
                    members = verite.members(ordre, kept)
                    shown = masquer(marge(whole, kept), cle=cle(number), regles=regles)
                    cells.update(dict.fromkeys(members.values()))
                    for row in shown.rangees:
                        if row.valeurs[0] != MASQUE:
                            reading = members[row.cles], row.valeurs[0]
                            figures[reading, ordre.population, cle(number)] = None
        read = {members for (members, _), *_ in figures}
        return cls(
            [reading for reading, *_ in figures], [members for members in cells if members not in read]
        )

    def solve(self, cases: int, noise: float, small: float) -> list[float]:
        """Least squares over the cases: figures within `noise`, what is masked about `small`."""
        rows = [(members, float(figure), 1 / noise**2) for members, figure in self.figures]
        rows += [(members, small, 1 / 16) for members in self.masked]
        whole = max(self.figures, key=lambda one: len(one[0]))
        guess = whole[1] / len(whole[0])
        return conjugate(rows, guess, cases)


def conjugate(rows: list[tuple[tuple[int, ...], float, float]], guess: float, size: int) -> list[float]:
    """Conjugate gradients on the normal equations, each unknown kept near `guess` by a thread."""
    ridge = 1 / (4 * guess) ** 2

    def normal(v: list[float]) -> list[float]:
        out = [ridge * one for one in v]
        for members, _, weight in rows:
            total = weight * sum([v[n] for n in members])
            for n in members:
                out[n] += total
        return out

    x = [guess] * size
    r = [ridge * guess - one for one in normal(x)]
    for members, figure, weight in rows:
        for n in members:
            r[n] += weight * figure
    p, rr = r[:], sum(one * one for one in r)
    first = rr
    for _ in range(300):
        if rr <= first * 1e-12:
            break
        q = normal(p)
        step = rr / sum(a * b for a, b in zip(p, q, strict=True))
        x = [a + step * b for a, b in zip(x, p, strict=True)]
        r = [a - step * b for a, b in zip(r, q, strict=True)]
        before, rr = rr, sum(one * one for one in r)
        p = [a + rr / before * b for a, b in zip(r, p, strict=True)]
    return x


Pairs = list[tuple[float, int]]  # what he reckons of a masked cell, and what is true


def constant(truths: Iterable[int], within: int) -> int:
    known = Counter(truths)
    return max(range(12), key=lambda guess: sum(known[n] for n in range(guess - within, guess + within + 1)))


def recovered(pairs: Pairs, within: int) -> tuple[float, float]:
    """Of masked cells, the part that the best constant guess finds, and the part that he does.

    He answers what he reckons, or what was most often true where he reckoned so in other worlds, whichever
    serves him better: half of the cells teach him, the others are tried.
    """
    learnt, tried = pairs[::2], pairs[1::2]
    always = constant((true for _, true in learnt), within)
    lessons: dict[int, list[int]] = defaultdict(list)
    for reckoned, true in learnt:
        lessons[_near(reckoned)].append(true)
    taught = {near: constant(some, within) for near, some in lessons.items() if len(some) >= 8}
    plain = sum(abs(true - max(0, min(10, round(said)))) <= within for said, true in tried)
    wise = sum(abs(true - taught.get(_near(said), always)) <= within for said, true in tried)
    simple = sum(abs(true - always) <= within for _, true in tried)
    return simple / len(tried), max(plain, wise) / len(tried)


def _near(reckoned: float) -> int:
    return round(max(-4.0, min(15.0, reckoned)))
