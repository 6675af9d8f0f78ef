"""How far each right goes: its own scale of modes (HAB-3, DOS-4, DEL-7)."""

from itertools import product

import pytest
from django.db.models import Q

from delegations.rights import LENDABLE, WHOLE_SPACE
from habilitations.profils import AUCUN, PROFILS
from viatraj.core.actor import Grant, Place, Rights
from viatraj.core.droits import Droit, Mode, Niveau

HERE = Place(unite=1)
ANONYME, LECTURE, ECRITURE, REPONDRE, VALIDATION = list(Mode)[1:]
SCALE_OF_A_VOLET = (ANONYME, LECTURE, ECRITURE, VALIDATION)
SCALE_OF_A_BOARD = (ANONYME, LECTURE, REPONDRE)
CASES = [
    (droit, held, asked, held in scale and scale.index(held) >= scale.index(asked))
    for droit, scale in (
        (Droit.VOLET_MEDICAL, SCALE_OF_A_VOLET),
        (Droit.VOLET_ADMINISTRATIF, SCALE_OF_A_VOLET),
        (Droit.TABLEAU_RECEVEUR, SCALE_OF_A_BOARD),
        (Droit.TABLEAU_DEMANDEUR, (ANONYME, LECTURE, ECRITURE)),
        (Droit.RECU_MEDICAL, (ANONYME, LECTURE)),
        (Droit.ENVOI, (Mode.OUI,)),
    )
    for held, asked in product(Mode, scale)
]


def rights(droit, mode) -> Rights:
    return Rights(frozenset({Grant(droit, mode, "sanitaire", Niveau.UNITE, 1)}))


@pytest.mark.parametrize(("droit", "held", "asked", "given"), CASES)
def test_each_mode_held_and_each_mode_asked(droit, held, asked, given):
    """`cover`, `within` and `scopes` agree; answering is not writing, and no mode of another right passes."""
    has = rights(droit, held)
    assert has.cover(droit, HERE, domaine="sanitaire", mode=asked) is given
    assert bool(has.scopes(droit, mode=asked, domaine="sanitaire")) is given
    rule = has.within(droit, mode=asked, domaine="domaine", unite="unite")
    assert (rule != Q(pk__in=[])) is given


def ways(has, droit, **said):
    yield lambda: has.cover(droit, HERE, domaine="", **said)
    yield lambda: has.scopes(droit, **said)
    yield lambda: has.within(droit, unite="unite", **said)


@pytest.mark.parametrize("droit", [one for one in Droit if one.is_graded])
def test_a_graded_right_is_asked_with_its_mode(droit):
    """Else who sees dossiers without names would pass for who reads them."""
    wrong = [{}, {"mode": ""}, *({"mode": mode} for mode in Mode if mode not in droit.modes)]
    for said in wrong:
        for asked in ways(rights(droit, droit.modes[0]), droit, **said):
            with pytest.raises(ValueError, match=droit):
                asked()


@pytest.mark.parametrize("droit", [one for one in Droit if not one.is_graded])
def test_a_yes_or_no_right_is_given_by_no_other_mode(droit):
    for said in ({"mode": ""}, {"mode": LECTURE}):
        for asked in ways(rights(droit, Mode.OUI), droit, **said):
            with pytest.raises(ValueError, match=droit):
                asked()
    assert all(bool(asked()) for asked in ways(rights(droit, Mode.OUI), droit))
    assert not rights(droit, ANONYME).cover(droit, HERE, domaine="sanitaire")


def test_nothing_is_given_in_a_mode_that_its_right_does_not_know():
    """Profiles, the médecin's space, what is lent."""
    droits = [one for profil in PROFILS.values() for one in profil.droits]
    given = [(one.droit, mode) for one in droits for mode in (one.mode, *one.modes)]
    given += [*WHOLE_SPACE, *((droit, mode) for droit, modes in LENDABLE.items() for mode in modes)]
    assert [(droit, mode) for droit, mode in given if mode not in (*droit.modes, AUCUN)] == []
