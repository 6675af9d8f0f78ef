"""Real concurrency on PostgreSQL: one effect, one mail."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from courrier.models import Message
from delegations import actions
from delegations.models import Delegation
from journal.models import Entry
from tests.concurrency import at_once
from tests.delegations.factories import invite, nadia
from tests.delegations.test_actions import listed
from tests.factories import DelegationFactory, MedecinFactory, as_medecin
from viatraj.core.actor import Actor

pytestmark = pytest.mark.django_db(transaction=True)


def test_double_click_on_add():
    medecin, confrere = MedecinFactory(), MedecinFactory()
    listed(confrere)
    today, cle = timezone.localdate(), uuid.uuid4()

    def add():
        return actions.grant_confrere(
            idnat=confrere.login,
            debut=today,
            fin=today + timedelta(days=30),
            cle=cle,
            today=today,
            now=timezone.now(),
            by=as_medecin(medecin),
        )

    first, *others = at_once(*[add] * 6)
    assert all(other == first for other in others)
    assert Delegation.objects.count() == Message.objects.count() == 1


def test_two_medecins_open_two_pages_for_the_same_confrere():
    """Two forms, two keys, the same days: one is refused with the sentence."""
    medecin, confrere = MedecinFactory(), MedecinFactory()
    listed(confrere)
    today = timezone.localdate()

    def add():
        return actions.grant_confrere(
            idnat=confrere.login,
            debut=today,
            fin=today + timedelta(days=30),
            cle=uuid.uuid4(),
            today=today,
            now=timezone.now(),
            by=as_medecin(medecin),
        )

    answers = at_once(add, add)
    assert sorted(type(answer).__name__ for answer in answers) == ["Delegation", "ValidationError"]
    assert Message.objects.count() == 1


def test_accepted_in_two_browsers():
    delegation = DelegationFactory(waiting=True)
    by = Actor(user=delegation.delegataire)
    at_once(*[lambda: actions.accept(delegation, now=timezone.now(), by=by)] * 4)
    assert Entry.objects.filter(event="delegation.accepted").count() == Message.objects.count() == 1


def test_accepted_while_the_medecin_deletes():
    for _ in range(5):
        delegation = DelegationFactory(waiting=True)
        Message.objects.all().delete()
        accepted, _ = at_once(
            lambda d=delegation: actions.accept(d, now=timezone.now(), by=Actor(user=d.delegataire)),
            lambda d=delegation: actions.revoke(d, now=timezone.now(), by=as_medecin(d.delegant)),
        )
        delegation.refresh_from_db()
        assert delegation.revoked_at, "the deletion always counts"
        assert bool(delegation.accepted_at) is (accepted is None), (
            "acceptance counts, or is refused with a reason"
        )
        assert not Delegation.objects.in_force(timezone.localdate()).filter(pk=delegation.pk).exists()
        assert Message.objects.filter(to=delegation.delegataire.email).count() == 1


def test_an_invitation_is_taken_once():
    """Two people of the same name, both with the link, at once: one has it, the other is told no."""
    medecin = MedecinFactory()
    delegation = invite(medecin)
    Message.objects.all().delete()
    twins = [nadia(), nadia(login="nadia2", email="nadia2@cabinet.example")]
    answers = at_once(
        *[
            lambda user=user: actions.accept(
                delegation, nonce=delegation.nonce.hex, now=timezone.now(), by=Actor(user=user)
            )
            for user in twins
        ]
    )
    assert sorted(type(one).__name__ for one in answers) == ["Denied", "NoneType"]
    assert Entry.objects.filter(event="delegation.accepted").count() == Message.objects.count() == 1
    delegation.refresh_from_db()
    assert delegation.delegataire in twins
