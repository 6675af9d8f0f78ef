"""Whoever orders fifty tables of his choice, and reckons, finds of masked cells what a guess finds (OBS-7).

`make test` tries few worlds; `make proofs` more. Each protection is taken away in turn: then he finds.
"""

import random
import statistics
from collections.abc import Callable, Iterable

import pytest

from observatoire.masquage import masquer as masking
from observatoire.masquage.masquer import masquer
from observatoire.masquage.regles import Regles
from observatoire.masquage.tableau import Mesure, Personnes, Rangee, Tableau
from tests.observatoire import attaque
from tests.observatoire.attaque import CLE, CRITERES, PERIODES, TERRITOIRES, Lecture, Ordre, Pairs, Verite

REGLES = Regles()
POINTS = 0.05
CELLS = 1000
BARE = Regles(base=1, ampleur=0, plancher=11)  # figures as they are; small ones masked all the same


def _key(_number: int) -> bytes:
    return CLE


def _ask(ordre: Ordre) -> str:
    return ordre.refusal(REGLES)


def _without(rule: str) -> Callable[[Ordre], str]:
    """As the page asks, less one of its refusals."""

    class Kinder(Regles):
        pass

    setattr(Kinder, rule, lambda *_args, **_kwargs: "")
    kinder = Kinder()
    return lambda ordre: ordre.refusal(kinder)


def _reckoned(
    verite: Verite,
    wanted: Iterable[Ordre] = (),
    *,
    refusal: Callable[[Ordre], str] = _ask,
    regles: Regles = REGLES,
    cle: Callable[[int], bytes] = _key,
) -> dict[tuple[int, ...], float]:
    """What he makes, after fifty orders, of the cells that stay masked and have few persons."""
    lecture = Lecture.of(verite, attaque.chosen(wanted, refusal), regles, cle)
    noise = statistics.pstdev(figure - verite.of(members) for members, figure in lecture.figures)
    small = statistics.mean(map(verite.of, lecture.masked))
    cases = lecture.solve(len(verite.cases), max(0.5, noise), small)
    return {one: sum(cases[n] for n in one) for one in lecture.masked if verite.persons(one) < 11}


def _rares(worlds: Iterable[int], *args, **kwargs) -> Pairs:
    """Small cells amid large ones, where no total says which: of each, what he reckons, and what is true."""
    pairs: Pairs = []
    for seed in worlds:
        verite = Verite(attaque.monde(attaque.rares(random.Random(seed)), random.Random(seed)))
        found = _reckoned(verite, *args, **kwargs)
        rows = [one for one in found if len(one) == len(attaque.AGES)]  # a month, a unit and a motif
        pairs += [(found[one], verite.of(one)) for one in rows]
    return pairs


def _lisses(worlds: Iterable[int], *args, **kwargs) -> tuple[Pairs, Pairs]:
    """Where totals say how many to expect: of his cells, what is true, and what would be of other people."""
    here: Pairs = []
    elsewhere: Pairs = []
    for seed in worlds:
        verite, other = (
            Verite(attaque.monde(attaque.lisses(random.Random(seed), n), random.Random(f"{seed}{n}")))
            for n in (0, 1)
        )
        for one, said in _reckoned(verite, *args, **kwargs).items():
            if len(one) <= len(attaque.MOIS) and other.persons(one) < 11:
                here.append((said, verite.of(one)))
                elsewhere.append((said, other.of(one)))
    return here, elsewhere


def _gain(pairs: Pairs) -> float:
    """How much more of them he finds than a guess, exactly or within two, whichever is more."""
    return max(found - guessed for guessed, found in (attaque.recovered(pairs, n) for n in (0, 2)))


def _gain_beside(here: Pairs, elsewhere: Pairs) -> float:
    """How much more he finds than he would have said of other people: what he knows of these."""
    return max(attaque.recovered(here, n)[1] - attaque.recovered(elsewhere, n)[1] for n in (0, 2))


@pytest.mark.parametrize("worlds", [range(1), pytest.param(range(1, 25), marks=pytest.mark.proofs)])
def test_fifty_orders_find_no_more_than_a_guess(worlds):
    """OBS-7: small cells amid large ones, some five thousand of them in all worlds."""
    pairs = _rares(worlds)
    assert len(pairs) >= 150 * len(worlds)
    assert _gain(pairs) <= POINTS


@pytest.mark.parametrize("worlds", [range(1), pytest.param(range(1, 9), marks=pytest.mark.proofs)])
def test_totals_tell_how_many_to_expect_and_no_more_of_whom(worlds):
    """OBS-7: what he says is as true of as many other people, whom he has read nothing of."""
    here, elsewhere = _lisses(worlds)
    assert len(here) >= CELLS
    assert _gain_beside(here, elsewhere) <= POINTS


@pytest.mark.parametrize(
    ("rule", "wanted"),
    [("refuse_territoire", TERRITOIRES), ("refuse_periode", PERIODES), ("refuse_criteres", CRITERES)],
)
@pytest.mark.proofs
def test_each_refusal_is_needed(rule, wanted):
    """OBS-7: one unit less, a month more, complementary ages: fifty of those tell of whom they differ."""
    assert _gain_beside(*_lisses(range(2), wanted, refusal=_without(rule))) > POINTS


@pytest.mark.proofs
def test_the_floor_is_needed():
    """OBS-7: figures of few more than eleven say what is left of their totals."""
    assert _gain_beside(*_lisses(range(3), regles=Regles(plancher=11))) > POINTS


def test_rounding_and_draws_are_needed():
    """OBS-7: masking small cells alone leaves what is around them to subtract from."""
    assert _gain(_rares(range(1), regles=BARE)) > POINTS


# The same cell, again and again


def _law(rng: random.Random) -> int:
    return min(10, int(rng.expovariate(1 / 3.5)))


def _people(rng: random.Random, many: int) -> list[tuple[int, int]]:
    return [(attaque.key(rng), attaque.key(rng)) for _ in range(many)]


def _figure(lines: list[tuple[int, int]], cell: str, regles: Regles, cle: bytes = CLE) -> int:
    row = Rangee((), (len(lines),), (Personnes.of(lines),))
    shown = masquer(
        Tableau("demande", (), (Mesure("n"),), (row,), (("cellule", cell),)), cle=cle, regles=regles
    )
    return shown.rangees[0].valeurs[0]


def _names(regles: Regles, cells: int, many: int = 6) -> Pairs:
    """Under six names: what is said of a line implies other things, said or not."""
    rng, pairs = random.Random(1), []
    for one in range(cells):
        few, others = _people(rng, _law(rng)), _people(rng, rng.randrange(40, 90))
        differences = [
            _figure(few + others, f"{one} with {name}", regles) - _figure(others, f"{one} {name}", regles)
            for name in range(many)
        ]
        pairs.append((statistics.mean(differences), len(few)))
    return pairs


def _nights(regles: Regles, cells: int, cle: Callable[[int], bytes] = _key, late: int = 1) -> Pairs:
    """On twenty-five nights, each of which brings as many late lines: two orders a night."""
    rng, pairs = random.Random(2), []
    for one in range(cells):
        few, others = _people(rng, _law(rng)), _people(rng, rng.randrange(40, 90))
        differences = []
        for night in range(25):
            others = others + _people(rng, late)
            key = cle(night)
            more = _figure(few + others, f"{one} with", regles, key)
            differences.append(more - _figure(others, f"{one} less", regles, key))
        pairs.append((statistics.mean(differences), len(few)))
    return pairs


def _drawn_anew(night: int) -> bytes:
    return f"{night}".encode()


FEW, MANY = 400, 3000


@pytest.mark.parametrize("cells", [FEW, pytest.param(MANY, marks=pytest.mark.proofs)])
def test_the_same_cell_asked_again_tells_nothing_more(cells):
    """OBS-7: under other names, after other refreshes."""
    assert _gain(_names(REGLES, cells)) <= POINTS
    assert _gain(_nights(REGLES, cells)) <= POINTS


def test_the_draw_of_the_lines_is_needed():
    """OBS-7: without it, the names of one cell average out."""
    assert _gain(_names(Regles(ampleur=0), MANY, 9)) > POINTS


def test_the_steps_of_the_cell_are_needed():
    """OBS-7: without them, what each night draws anew averages out."""
    assert _gain(_nights(Regles(base=1, plancher=11), FEW)) > POINTS


def test_a_draw_that_follows_the_order_averages_out():
    """OBS-7: it follows the cell and its lines instead, by one key."""
    assert _gain(_nights(REGLES, FEW, _drawn_anew, late=0)) > POINTS


# What no arithmetic is needed for


def _shown_below(threshold: int, monkeypatch, **removed) -> int:
    """How many figures shown are of fewer persons, or of all but fewer, over one world’s tables."""
    for name, how in removed.items():
        monkeypatch.setattr(masking, name, how)
    verite = Verite(attaque.monde(attaque.lisses(random.Random(3)), random.Random(3)))
    ordre = Ordre()
    found = 0
    shown = masquer(
        ordre.tableau(verite.lines),
        cle=CLE,
        regles=Regles(seuil=threshold, plancher=11 if threshold == 11 else 2),
    )
    members = verite.members(ordre, ordre.dimensions)
    lines = verite.members(ordre, ("mois", "unite"))
    for row in shown.rangees:
        others = set(lines[row.cles[:2]]) - set(members[row.cles])
        found += verite.persons(members[row.cles]) < 11 or verite.persons(tuple(others)) < 11
    return found


def test_no_figure_of_few_nor_of_all_but_few(monkeypatch):
    """OBS-7: eleven persons in the cell, and in what is left of its line."""
    assert _shown_below(11, monkeypatch) == 0


def test_the_threshold_is_needed(monkeypatch):
    """OBS-7: without it, figures of fewer are shown."""
    assert _shown_below(2, monkeypatch) > 0


def test_the_rule_of_everybody_is_needed(monkeypatch):
    """OBS-7: without it, all but few of a line are."""
    assert _shown_below(11, monkeypatch, _leaves_few=lambda *_: ()) > 0
