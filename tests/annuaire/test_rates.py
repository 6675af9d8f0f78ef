"""How often the right surname is proposed, kind of slip by kind, in a directory of 20,000 people (ANN-5).

`make bench ONLY=annuaire` measures the same with more searches, over a directory as large as the country's.
"""

import random

import pytest

from annuaire.models import Activite
from annuaire.reads import search
from tests.annuaire.typing_errors import KINDS, SEVERAL, mistyped, proposed

EACH = 10
FIRST = 10


@pytest.fixture(scope="module")
def medecins(directory, django_db_blocker):
    """With a place and a surname of five letters and more: those of one word, those of several."""
    with django_db_blocker.unblock():
        rows = Activite.objects.medecins().exclude(code_postal="").order_by("pk")
        found = [one for one in rows if len(one.nom_cle) >= 5]
    several = [one for one in found if SEVERAL.search(one.nom)]
    return {False: [one for one in found if not SEVERAL.search(one.nom)], True: several}


def misses(medecins, kind, *, added="", place=False) -> list[tuple]:
    """What was typed, the right name, what was proposed instead."""
    rng, searches, wrong = random.Random(kind), 0, []
    for one in rng.sample(medecins, len(medecins)):
        typed = mistyped(rng, one.nom, kind)
        if not typed:
            continue
        told = f"{typed} {getattr(one, added)}" if added else typed
        noms = proposed(typed, search.find(told, code_postal=one.code_postal if place else ""))[:FIRST]
        if one.nom_cle not in noms:
            wrong.append((kind, told, one.nom, noms))
        searches += 1
        if searches == EACH:
            break
    assert searches, f"{kind}: no name has a place for it"
    return wrong


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("how", "several", "goal"),
    [
        pytest.param({}, False, 0.95, id="surname alone"),
        pytest.param({}, True, 0.90, id="surname of several words alone"),
        pytest.param({"added": "prenom"}, False, 0.98, id="with first name"),
        pytest.param({"place": True}, False, 0.98, id="with code postal"),
    ],
)
def test_whatever_the_slip_the_right_surname_is_among_the_first_ten(medecins, how, several, goal):
    for kind in KINDS:
        wrong = misses(medecins[several], kind, **how)
        assert len(wrong) <= (1 - goal) * EACH, wrong
