"""The homes' sieve lets through whatever the rules of délégations show (DEL-4, DEL-5)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Identite
from delegations import reads
from delegations.models import Delegation
from tests.delegations.factories import invite, nadia
from tests.factories import DelegationFactory, MedecinFactory, ProfessionnelFactory, UserFactory

pytestmark = pytest.mark.django_db


def shown(user, *, on=None):
    """As the home says it, and as the rules say it."""
    on = on or timezone.localdate()
    said = tuple({row.pk for row in rows} for rows in reads.received(user, on=on))
    rules = (
        Delegation.objects.received_in_force(user, on=on),
        Delegation.objects.awaiting(user, on=on),
    )
    return said, tuple({row.pk for row in rows} for rows in rules)


def test_whatever_the_state_of_a_received_one():
    for trait in ("waiting", "refused", "revoked", "expired", "renounced", "future", "over", "accepted"):
        user = UserFactory()
        DelegationFactory(delegataire=user, **({} if trait == "accepted" else {trait: True}))
        for days in (-400, 0, 1, 400):
            said, rules = shown(user, on=timezone.localdate() + timedelta(days=days))
            assert said == rules, (trait, days)


def test_one_proposed_to_the_number_of_a_confrere():
    confrere = MedecinFactory()
    idnat = Identite.objects.filter(user=confrere).values_list("idnat", flat=True).get()
    DelegationFactory(
        delegataire=None,
        delegataire_key=f"idnat:{idnat}",
        professionnel=ProfessionnelFactory(idnat=idnat),
        nom="LÉON",
        prenom="Gabriel",
        email="c@cabinet.example",
        waiting=True,
    )
    said, rules = shown(confrere)
    assert said == rules
    assert len(rules[1]) == 1


def test_one_proposed_to_the_name_of_a_card_which_is_not_the_account_s():
    invite(MedecinFactory(), nom="Ferhat-Dupré")
    for known in ({"card": ("FERHAT DUPRE", "Nadia")}, {"card": ("AUTRE", "Nadia"), "login": "autre"}):
        user = nadia(
            email="nadia.ferhat@cabinet.example" if "login" not in known else "autre@x.example", **known
        )
        said, rules = shown(user)
        assert said == rules
    assert shown(UserFactory())[0] == (set(), set())


def test_most_people_cost_one_statement(django_assert_num_queries):
    user = UserFactory()
    with django_assert_num_queries(1):
        assert not any(reads.received(user, on=timezone.localdate()))
