"""The rule of one dossier and the rule of a list are one: over random worlds (DOS-4).

`make test` tries some hundred cases, `make proofs` ten thousand; SEED=… makes others.
"""

import os
from collections import Counter

import pytest

from dossiers import regards
from dossiers.models import Dossier
from tests.dossiers.mondes import Terre, cases
from viatraj.core.droits import Mode

pytestmark = pytest.mark.django_db
SEED = int(os.environ.get("SEED") or 10)
SAMPLE, WHOLE = 600, 10_000


def compare(count) -> Counter:
    """How many of the cases were seen, by mode of the whole; and how many volets, by mode."""
    met: Counter = Counter()
    for number, actor, dossiers in cases(Terre(), SEED, count):
        listed = Dossier.objects.visible_to(actor).with_mode(actor)
        modes = dict(listed.values_list("pk", "mode_liste"))
        for dossier in dossiers:
            regard = regards.of(actor, dossier)
            assert modes.get(dossier.pk) == regard.mode, f"SEED={SEED}, world {number}: {actor}, {dossier}"
            assert_sound(regard)
            met[regard.mode] += 1
            met.update(f"volet {mode}" for voie in regard.voies for mode in voie.volets.values())
    return met


def assert_sound(regard):
    """Whatever the world: no volet without the dossier, none named in an anonymous one."""
    kinds = {kind for voie in regard.voies for kind in voie.volets}
    assert bool(regard) or not kinds
    if regard and not regard.is_nominatif:
        assert {regard.volet(kind) for kind in kinds} <= {Mode.ANONYME}


def test_a_sample_of_worlds():
    met = compare(SAMPLE)
    assert min(met[None], met[Mode.LECTURE], met[Mode.ECRITURE]) > 0


@pytest.mark.proofs
def test_ten_thousand_cases(capsys):
    met = compare(WHOLE)
    assert all(met[mode] > 50 for mode in (None, *regards.OF_THE_WHOLE))
    assert all(met[f"volet {mode}"] > 50 for mode in regards.OF_A_VOLET)
    with capsys.disabled():
        print(f"\nregards: {dict(met)}")
