"""Truth tables: every kind of actor, with the near miss (right role, wrong délégation)."""

import pytest

from delegations import policies
from tests.factories import DelegationFactory, MedecinFactory, UserFactory, as_delegate, as_medecin
from viatraj.core.actor import Actor
from viatraj.core.policies import can

pytestmark = pytest.mark.django_db


@pytest.fixture
def delegation():
    return DelegationFactory()


@pytest.fixture
def actors(delegation):
    back = DelegationFactory(delegant=delegation.delegataire, delegataire=delegation.delegant)
    return {
        "médecin": as_medecin(delegation.delegant),
        "confrère in his own name": as_medecin(delegation.delegataire),
        "confrère acting for the médecin": as_delegate(delegation),
        "médecin acting for the confrère": as_delegate(back),
        "other médecin": as_medecin(MedecinFactory()),
        "other confrère": as_delegate(DelegationFactory()),
        "professional": Actor(user=UserFactory()),
        "nobody": Actor.anonymous("127.0.0.1"),
        "system": Actor.system("test"),
    }


MEDECIN, CONFRERE = {"médecin"}, {"confrère in his own name"}
OWN_NAME = MEDECIN | CONFRERE | {"other médecin"}
TABLE = [
    ("own_delegations", False, OWN_NAME),
    ("grant", False, OWN_NAME),
    ("manage", True, MEDECIN),
    ("modify", True, MEDECIN),
    ("answer", True, CONFRERE),
    ("take_up", True, CONFRERE | {"confrère acting for the médecin"}),
    ("system", False, {"system"}),
]


@pytest.mark.parametrize(("verb", "on_row", "allowed"), TABLE)
def test_who_may(verb, on_row, allowed, actors, delegation):
    rows = [delegation] if on_row else []
    assert {name for name, actor in actors.items() if can(getattr(policies, verb), actor, *rows)} == allowed


@pytest.mark.parametrize("state", ["refused", "revoked", "expired", "renounced"])
def test_ended_delegations_are_neither_modified_nor_answered(state):
    dead = DelegationFactory(**{state: True})
    assert not can(policies.modify, as_medecin(dead.delegant), dead)
    assert not can(policies.answer, as_medecin(dead.delegataire), dead)
