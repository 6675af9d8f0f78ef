"""«Désactiver» undone: the account as it was, without sessions nor trusted browsers (COM-11)."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

import accounts.actions
import authcps.actions
from accounts import policies
from accounts.models import Session, User
from authcps.models import CodeDevice, TrustedBrowser
from changements import actions
from changements.models import Changement
from courrier.models import Message
from journal.models import Entry
from tests.changements.tables import dump
from tests.concurrency import at_once
from tests.factories import (
    EtablissementFactory,
    HabilitationFactory,
    UserFactory,
    as_professionnel,
    referent_of,
    sign_in,
)
from viatraj.core.actor import Actor
from viatraj.core.policies import Denied

pytestmark = pytest.mark.django_db
OPEN = ("accounts_session", "authcps_trustedbrowser")


@pytest.fixture
def lieu():
    return EtablissementFactory()


@pytest.fixture
def by(lieu):
    return as_professionnel(referent_of(lieu.coordination))


@pytest.fixture
def person(lieu, client):
    user = HabilitationFactory(lieu=lieu).user
    client.force_login(user)
    device = CodeDevice.objects.create(user=user, channel="mail", target=user.email, name="mail")
    anonymous = Actor.anonymous("192.0.2.9")
    authcps.actions.trust(device, token="un navigateur", now=timezone.now(), by=anonymous)
    return user


def disable(user, by):
    accounts.actions.disable(user, now=timezone.now(), by=by)
    return Changement.objects.latest("pk")


def undo(changement, by, *, now=None):
    return actions.undo(changement, now=now or timezone.now(), by=by)


def closed(tables):
    return {name: rows for name, rows in tables.items() if name not in OPEN}


def test_equal_tables_but_for_what_was_open(person, by):
    before = dump()
    changement = disable(person, by)
    assert closed(dump()) != closed(before)
    undo(changement, by)
    assert closed(dump()) == closed(before)
    assert not Session.objects.exists()
    assert not TrustedBrowser.objects.exists()
    assert Entry.objects.filter(event="compte.restored", user=by.user).count() == 1


def test_enabled_again_neither(person, by):
    """A browser trusted before is not trusted after, by whichever way the account opens again."""
    disable(person, by)
    accounts.actions.enable(person, now=timezone.now(), by=by)
    assert not TrustedBrowser.objects.exists()


@pytest.mark.parametrize("left", [False, True])
def test_its_letter(person, by, left):
    """COM-11: not sent, or followed by «réactivé»."""
    changement = disable(person, by)
    letter = Message.objects.get()
    assert letter.next_attempt_at - letter.created_at == timedelta(minutes=2)
    if left:
        Message.objects.update(state="sent", sent_at=timezone.now())
    undo(changement, by)
    told = Message.objects.exclude(pk=letter.pk)
    assert [(one.to, "réactivé" in one.subject) for one in told] == [(person.email, True)] * left
    assert Message.objects.get(pk=letter.pk).state == ("sent" if left else "withdrawn")


def test_refused_when_his_address_is_somebody_else_s_by_now(person, by):
    changement = disable(person, by)
    UserFactory(email=person.email)
    with pytest.raises(ValidationError, match="déjà celle d’un autre compte"):
        undo(changement, by)
    assert not User.objects.get(pk=person.pk).is_active


def test_refused_when_it_was_enabled_meanwhile(person, by):
    changement = disable(person, by)
    accounts.actions.enable(person, now=timezone.now(), by=by)
    accounts.actions.disable(person, now=timezone.now(), by=by)
    with pytest.raises(ValidationError, match="Autre chose a été fait depuis sur le compte"):
        undo(changement, by)


def test_refused_late_twice_or_to_somebody_else(person, by, lieu):
    changement = disable(person, by)
    with pytest.raises(Denied):
        undo(changement, as_professionnel(referent_of(lieu.coordination)))
    with pytest.raises(ValidationError, match="délai"):
        undo(changement, by, now=timezone.now() + timedelta(minutes=11))
    undo(changement, by)
    with pytest.raises(ValidationError, match="déjà"):
        undo(changement, by)


@pytest.mark.django_db(transaction=True)
def test_raced_with_an_enabling():
    """Both open it: one does, the other says that it is done."""
    for _ in range(3):
        lieu = EtablissementFactory()
        by = as_professionnel(referent_of(lieu.coordination))
        other = as_professionnel(referent_of(lieu.coordination))
        user = HabilitationFactory(lieu=lieu).user
        changement = disable(user, by)
        answers = at_once(
            lambda one=changement, by=by: undo(one, by),
            lambda user=user, by=other: accounts.actions.enable(user, now=timezone.now(), by=by),
        )
        assert User.objects.get(pk=user.pk).is_active
        opened = Entry.objects.about(user).filter(event__in=("compte.enabled", "compte.restored")).count()
        assert opened == 1
        assert answers[1] is None


def test_an_opening_is_withdrawn_by_who_opened_until_it_has_served(by, lieu):
    """The near misses: another référent, one who is none any more, an account that has served."""
    now, other = timezone.now(), as_professionnel(referent_of(lieu))
    user = UserFactory(created_by=by.user, password_changed_at=None)
    policies.withdraw(by, user)
    for actor in (other, Actor(user=by.user), Actor.system("test"), replace(by, on_behalf_of=other.user)):
        with pytest.raises(Denied):
            policies.withdraw(actor, user)
    for used in ({"last_sign_in_at": now}, {"password_changed_at": now}):
        with pytest.raises(Denied, match="a déjà servi"):
            policies.withdraw(by, UserFactory(created_by=by.user, **{"password_changed_at": None} | used))
    with pytest.raises(Denied):
        policies.withdraw(by, UserFactory(password_changed_at=None))


def test_the_page_offers_it(client, person, by):
    sign_in(client, by.user)
    done = client.post(f"/administration/comptes/{person.pk}/desactiver/", follow=True)
    assert "Annuler ce changement" in done.text
