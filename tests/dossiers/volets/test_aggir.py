"""The GIR by the official tables, against another reading of them (DOS-3)."""

import csv
import random
from itertools import product

import pytest

from dossiers.volets.aggir import TABLES, VARIABLES, gir
from dossiers.volets.autonomie import difference

HEAVY = VARIABLES[:8]  # the two others weigh nothing


def independent():
    """The annexe, read otherwise: one pass over its lines, by DictReader."""
    with (TABLES / "valeurs.csv").open() as lines:
        values = list(csv.DictReader(lines))
    with (TABLES / "seuils.csv").open() as lines:
        steps = list(csv.DictReader(lines))
    with (TABLES / "rang_gir.csv").open() as lines:
        girs = {row["rang"]: int(row["gir"]) for row in csv.DictReader(lines)}

    def compute(answers):
        sums = {}
        for row in values:
            if answers[row["variable"]] == row["modalite"]:
                sums[row["groupe"]] = sums.get(row["groupe"], 0) + int(row["valeur"])
        for step in steps:  # as the annexe lists them: A to H, each highest first, then the rest
            if not step["groupe"] or sums.get(step["groupe"], 0) >= int(step["somme_minimale"]):
                return girs[step["rang"]]
        raise AssertionError("the last line takes all")

    return compute


def answered(combination) -> dict:
    return dict(zip(VARIABLES, [*combination, "A", "C"], strict=True))


def differing(combinations) -> list:
    compute = independent()
    return [one for one in combinations if gir(answered(one)) != compute(answered(one))]


def test_a_sample_of_the_combinations():
    drawn = random.Random(12).sample(list(product("ABC", repeat=len(HEAVY))), 600)
    assert differing(drawn) == []


@pytest.mark.proofs
def test_all_combinations():
    """3^8; the two last variables change nothing in any."""
    everything = list(product("ABC", repeat=len(HEAVY)))
    assert len(everything) == 6561
    assert differing(everything) == []
    assert {gir(answered(one)) for one in everything} == {1, 2, 3, 4, 5, 6}


@pytest.mark.parametrize(("answer", "expected"), [("C", 1), ("A", 6)])
def test_the_two_ends(answer, expected):
    assert gir(dict.fromkeys(VARIABLES, answer)) == expected


@pytest.mark.parametrize("outside", ["A", "B", "C"])
def test_going_out_and_telephoning_weigh_nothing(outside):
    answers = dict.fromkeys(VARIABLES, "B")
    assert gir(answers | {"deplacement_exterieur": outside, "communication": outside}) == gir(answers)


@pytest.mark.parametrize("name", VARIABLES)
def test_none_until_the_ten_are_answered(name):
    answers = dict.fromkeys(VARIABLES, "A")
    assert gir({**answers, name: "D"}) is None
    del answers[name]
    assert gir(answers) is None


@pytest.mark.parametrize(("stated", "shown"), [(None, None), ("6", None), ("4", (6, 4))])
def test_a_stated_gir_that_differs_is_shown(stated, shown):
    values = dict.fromkeys(VARIABLES, "A") | ({"gir_declare": stated} if stated else {})
    assert difference(values) == shown
