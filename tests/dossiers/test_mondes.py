"""The rule of one dossier and the rule of a list are one: over random worlds (DOS-4).

`make test` tries some hundred cases, `make proofs` ten thousand; SEED=… makes others.
"""

import os
from collections import Counter
from typing import NamedTuple

import pytest
from django.db.models import Q
from django.utils import timezone

from dossiers import perimetres, regards
from dossiers.models import Dossier
from dossiers.models.etats import Etat
from dossiers.perimetres import SORTS, Suite
from dossiers.reads.lignes import ordered, seen
from tests.dossiers.etats import etat
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


class InEtat(NamedTuple):
    """What no page asks: all that is in reach, waiting for an answer or not, of one state."""

    etat: str

    def __call__(self, actor) -> Q:
        return Q(etat=self.etat) if self.etat else Q()


def compare_lists(count) -> Counter:
    """Each list in each order, and in one state: as a fair hand writes it; how many rows, by sort."""
    met: Counter = Counter()
    today = timezone.localdate()
    for number, actor, _ in cases(Terre(), SEED, count):
        wanted = _sought(actor, "ZA")
        assert perimetres.patients(actor, "za", most=100) == wanted, f"SEED={SEED}, world {number}: {actor}"
        met["search", None] += len(wanted)
        for sort in SORTS:
            visible = seen(Dossier.objects.visible_to(actor), actor, today=today)
            plain = list(ordered(visible, sort).annotate(dans=etat()).values_list("pk", "dans"))
            for dans in (None, *{state for _, state in plain}):
                suite = Suite(actor, InEtat(dans or ""), sort)
                wanted = [pk for pk, state in plain if dans in (None, state)]
                said = f"SEED={SEED}, world {number}: {actor}, {sort}, {dans}"
                assert (suite[0:100], suite[1:3], suite.count()) == (wanted, wanted[1:3], len(wanted)), said
                last = max(0, len(wanted) - 2)
                assert suite[last : last + 100] == wanted[last:], said
                met[sort, dans] += len(wanted)
    return met


def _sought(actor, key) -> list[int]:
    """Whose name of birth or in use begins so, row by row."""
    columns = ("nom_cle", "nom_utilise_cle", "prenom_cle", "pk")
    found = [
        (min(names), prenom, pk)
        for *both, prenom, pk in Dossier.objects.named_to(actor).values_list(*columns)
        if (names := [one for one in both if one.startswith(key)])
    ]
    return [pk for *_, pk in sorted(found)]


def assert_sound(regard):
    """Whatever the world: no volet without the dossier, none named in an anonymous one."""
    kinds = {kind for voie in regard.voies for kind in voie.volets}
    assert bool(regard) or not kinds
    if regard and not regard.is_nominatif:
        assert {regard.volet(kind) for kind in kinds} <= {Mode.ANONYME}


def test_a_sample_of_worlds():
    met = compare(SAMPLE)
    assert min(met[None], met[Mode.LECTURE], met[Mode.ECRITURE]) > 0


def test_lists_of_a_sample_of_worlds():
    met = compare_lists(SAMPLE)
    assert {dans for _, dans in met} == {None, *Etat.values} - {Etat.ANNULE}


@pytest.mark.proofs
def test_lists_of_ten_thousand_cases():
    compare_lists(WHOLE)


@pytest.mark.proofs
def test_ten_thousand_cases(capsys):
    met = compare(WHOLE)
    assert all(met[mode] > 50 for mode in (None, *regards.OF_THE_WHOLE))
    assert all(met[f"volet {mode}"] > 50 for mode in regards.OF_A_VOLET)
    with capsys.disabled():
        print(f"\nregards: {dict(met)}")
