"""DOS-4: who receives never learns that another unit was asked, nor what it does, by any page or mail.

`make test` plays a story at one place, drawn by SEED; `make proofs` many at each.
"""

import os
import random
from contextlib import contextmanager
from difflib import unified_diff

import pytest
from django.db import transaction

from tests.demandes.voisins import PLACES, Voisins

pytestmark = pytest.mark.django_db
SEED = int(os.environ.get("SEED") or 14)
DRAWN = random.Random(SEED).sample(sorted(PLACES), 2)
STORIES = 12


@contextmanager
def undone():
    """A world that leaves none of its rows to the next."""
    before = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(before)


def assert_same(one: dict[str, str], other: dict[str, str], told) -> None:
    assert one.keys() == other.keys()
    for path, text in one.items():
        lines = list(unified_diff(text.splitlines(), other[path].splitlines(), lineterm="", n=0))
        assert not lines, f"{path}, SEED={SEED}: {told}\n" + "\n".join(lines[:12])


def places(drawn):
    return [pytest.param(one, marks=[] if one in drawn else pytest.mark.proofs) for one in PLACES]


@pytest.mark.parametrize("place", places(DRAWN[:1]))
def test_nothing_tells_that_another_was_asked(place):
    voisins = Voisins(place)
    with undone():
        alone, _ = voisins.play(f"{SEED}", with_neighbours=False)
    with undone():
        beside, told = voisins.play(f"{SEED}", with_neighbours=True)
    assert len(set(told)) > 3, "next door, too little happened to prove anything"
    assert any("Demande reçue" in text or "demande" in text.lower() for text in alone.values())
    assert_same(alone, beside, told)


@pytest.mark.proofs
@pytest.mark.parametrize("place", PLACES)
def test_nothing_tells_it_whatever_happens(place):
    voisins = Voisins(place)
    for number in range(STORIES):
        with undone():
            alone, _ = voisins.play(f"{SEED}-{number}", with_neighbours=False)
        with undone():
            beside, told = voisins.play(f"{SEED}-{number}", with_neighbours=True)
        assert_same(alone, beside, told)


@pytest.mark.parametrize("place", places(DRAWN[1:]))
def test_admitted_elsewhere_says_no_more_than_that(place):
    """Whichever of the others it was, and whatever was said there before."""
    voisins = Voisins(place)
    worlds = []
    for by_whom in range(2):
        with undone():
            worlds.append(voisins.admitted(by_whom))
    assert_same(*worlds, "admis")
