"""«Relancer l’invitation», and the notice on the home of whoever has to answer (DEL-2, DEL-3)."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from courrier.models import Message
from delegations import actions, policies
from delegations.models import Delegation
from journal.models import Entry
from tests.delegations.factories import INDEX, RECEIVED, invite, nadia, words
from tests.delegations.test_concurrency import at_once
from tests.factories import (
    DelegationFactory,
    MedecinFactory,
    UserFactory,
    as_delegate,
    as_medecin,
    sign_in,
)
from viatraj.core.actor import Actor
from viatraj.core.policies import Denied, can

HOUR = timedelta(hours=1)


@pytest.fixture
def medecin(db):
    return MedecinFactory(nom="Leclercq", prenom="Christine")


@pytest.fixture
def delegation(medecin):
    return sent_ago(invite(medecin), HOUR)


def sent_ago(delegation, ago) -> Delegation:
    Delegation.objects.filter(pk=delegation.pk).update(invited_at=timezone.now() - ago)
    delegation.refresh_from_db()
    return delegation


def resend(delegation, *, by=None, now=None):
    return actions.resend(delegation, now=now or timezone.now(), by=by or as_medecin(delegation.delegant))


def links() -> list[str]:
    letters = Message.objects.order_by("pk")
    return [re.search(r"/delegations/invitation/\S+", one.text)[0] for one in letters]


STATES = ["waiting", "accepted", "refused", "revoked", "expired", "renounced", "over"]


@pytest.mark.parametrize("state", STATES)
def test_who_may_and_when(medecin, state):
    """The médecin who lends, while an answer is awaited; nobody else, never later."""
    traits = {} if state == "accepted" else {state: True}
    row = DelegationFactory(delegant=medecin, **traits, **({"accepted_at": None} if state == "over" else {}))
    asked = {
        "médecin": as_medecin(medecin),
        "delegate": as_medecin(row.delegataire),
        "other médecin": as_medecin(MedecinFactory()),
        "confrère acting for the médecin": as_delegate(DelegationFactory(delegant=medecin)),
        "médecin acting for another": as_delegate(DelegationFactory(delegataire=medecin)),
        "professional": Actor(user=UserFactory()),
        "nobody": Actor.anonymous("127.0.0.1"),
        "system": Actor.system("test"),
    }
    allowed = {who for who, by in asked.items() if can(policies.resend, by, row, timezone.localdate())}
    assert allowed == ({"médecin"} if state == "waiting" else set())
    if state != "waiting":
        with pytest.raises(Denied, match="n’attend plus de réponse"):
            resend(row)
        assert not Message.objects.exists()


class TestResend:
    def test_a_new_link_and_the_former_one_is_dead(self, delegation):
        assert resend(delegation)
        first, second = links()
        client = sign_in(Client(), nadia())
        assert client.get(first).status_code == 404
        assert "vous propose une délégation" in client.get(second).text
        assert client.post(first, {"reponse": "accepter"}).status_code == 404
        assert client.post(second, {"reponse": "accepter"}).url == RECEIVED
        assert (
            Entry.objects.get(event="delegation.resent").sentence
            == "Le médecin Christine Leclercq a relancé l’invitation faite à Nadia Ferhat"
        )

    @pytest.mark.parametrize(
        ("ago", "leaves"), [(timedelta(), False), (HOUR - timedelta(minutes=1), False), (HOUR, True)]
    )
    def test_once_an_hour(self, delegation, ago, leaves):
        sent_ago(delegation, ago)
        assert resend(delegation) is leaves
        assert Message.objects.count() == 1 + leaves
        assert Entry.objects.filter(event="delegation.resent").count() == leaves

    def test_thirty_days_anew(self, delegation):
        """The day before its end it is sent again; 29 days later it still stands, then no more."""
        now = timezone.now()
        Delegation.objects.update(invited_at=now - timedelta(days=29), created_at=now - timedelta(days=29))
        resend(delegation, now=now)
        system = Actor.system("invitations")
        actions.expire_invitations(now=now + timedelta(days=29), by=system)
        delegation.refresh_from_db()
        assert delegation.is_waiting
        actions.expire_invitations(now=now + timedelta(days=31), by=system)
        delegation.refresh_from_db()
        assert delegation.expired_at

    def test_a_correction_is_an_invitation_too(self, delegation):
        """It leaves with a new link: another one does not follow within the hour."""
        actions.modify(
            delegation,
            debut=delegation.debut,
            fin=delegation.fin + timedelta(days=1),
            version=delegation.version,
            today=timezone.localdate(),
            now=timezone.now(),
            by=as_medecin(delegation.delegant),
        )
        assert resend(delegation) is False

    def test_the_page_sends_it_again(self, client, medecin, delegation):
        sign_in(client, medecin)
        path = f"{INDEX}{delegation.pk}/renvoyer/"
        for page in (INDEX, f"{INDEX}{delegation.pk}/"):
            assert f'action="{path}"' in client.get(page).text
        assert client.get(path).status_code == 405
        assert "Une nouvelle invitation part" in words(client.post(path, follow=True))
        assert "déjà partie" in words(client.post(path, follow=True))
        assert Message.objects.count() == 2
        actions.accept(delegation, now=timezone.now(), by=Actor(user=nadia()))
        assert f'action="{path}"' not in client.get(INDEX).text
        assert client.post(path).status_code == 403


@pytest.mark.django_db(transaction=True)
def test_two_browsers_at_once_are_one_mail():
    delegation = sent_ago(DelegationFactory(waiting=True), HOUR)
    answers = at_once(*[lambda: resend(delegation)] * 4)
    assert sorted(answers) == [False, False, False, True]
    assert Message.objects.count() == Entry.objects.filter(event="delegation.resent").count() == 1


@pytest.mark.django_db
class TestHomes:
    """Whoever has to answer sees it where he lands."""

    def told(self, client, path) -> str:
        found = re.search(r"Une réponse est attendue de vous ?(.*? répondre)", words(client.get(path)))
        return found[1] if found else ""

    @pytest.mark.parametrize("path", ["/medecin/", "/professionnel/"])
    def test_of_a_confrere(self, client, path):
        row = DelegationFactory(waiting=True, delegant__nom="Leclercq", delegant__prenom="Christine")
        sign_in(client, row.delegataire)
        said = "Le Dr Christine Leclercq vous propose une délégation. La lire et répondre"
        assert self.told(client, path) == said
        assert f'href="/delegations/recues/{row.pk}/"' in client.get(path).text
        DelegationFactory(waiting=True, delegataire=row.delegataire)
        assert self.told(client, path) == "2 médecins vous proposent une délégation. Les lire et répondre"

    def test_of_an_assistant_that_nothing_binds_yet(self, client, delegation):
        sign_in(client, nadia())
        assert self.told(client, "/professionnel/").startswith("Le Dr Christine Leclercq")
        assert not Delegation.objects.exclude(delegataire=None).exists(), "looking takes nothing"

    @pytest.mark.parametrize("state", ["accepted", "refused", "revoked", "expired", "over"])
    def test_not_of_one_that_is_answered_or_dead(self, client, state):
        row = DelegationFactory(**({} if state == "accepted" else {state: True}))
        sign_in(client, row.delegataire)
        assert self.told(client, "/medecin/") == ""

    def test_neither_the_giver_nor_a_stranger_nor_while_acting(self, client):
        row = DelegationFactory(waiting=True)
        acting = DelegationFactory(delegataire=row.delegataire)
        for user, chosen in ((row.delegant, None), (MedecinFactory(), None), (row.delegataire, acting)):
            sign_in(client, user, acting=chosen)
            assert self.told(client, "/medecin/") == "", User.objects.get(pk=user.pk)
