"""What an assistant answers, gives up, or lets run out (DEL-2, DEL-7)."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from courrier.models import Message
from delegations import actions
from delegations.models import Delegation
from journal.models import Entry
from tests.delegations.factories import READING, RECEIVED, accept, invite, modify, nadia, words
from tests.factories import DelegationFactory, MedecinFactory, UserFactory, as_delegate, as_medecin, sign_in
from viatraj.core.actor import Actor
from viatraj.core.policies import Denied

pytestmark = pytest.mark.django_db


class TestAnswer:
    """The mail's link points; acceptance is hers, once her card has shown her name."""

    @pytest.fixture
    def delegation(self, medecin):
        return invite(medecin)

    def link(self):
        return re.search(r"/delegations/invitation/\S+", Message.objects.latest("pk").text)[0]

    def test_scanners_change_nothing(self, delegation):
        scanner = Client()
        for _ in range(2):
            assert scanner.get(self.link()).url.startswith("/connexion/medecin/?suite=")
            assert scanner.head(self.link()).status_code == 302
            assert scanner.post(self.link(), {"reponse": "accepter"}).status_code == 302
        delegation.refresh_from_db()
        assert (delegation.is_waiting, delegation.delegataire) == (True, None)

    def test_she_sees_who_proposes_what_then_accepts_once(self, delegation):
        client, link = sign_in(Client(), user := nadia()), self.link()
        text = words(client.get(link))
        for sentence in (
            "Le Dr Christine Leclercq vous propose une délégation",
            "Créer un dossier",
            "écriture",
        ):
            assert sentence in text
        assert client.post(link, {"reponse": "accepter"}).url == RECEIVED
        assert client.post(link, {"reponse": "accepter"}).status_code == 404, "dead once answered"
        delegation.refresh_from_db()
        assert delegation.delegataire == user
        assert delegation.accepted_at
        assert "Secrétariat" in client.get(RECEIVED).text
        assert Entry.objects.filter(event="delegation.accepted").count() == 1

    def test_accepted_from_the_list_of_received_ones(self, delegation):
        client = sign_in(Client(), nadia())
        assert "Répondre" in client.get(RECEIVED).text
        client.post(f"{RECEIVED}{delegation.pk}/", {"reponse": "refuser"})
        delegation.refresh_from_db()
        assert delegation.refused_at
        assert Message.objects.latest("pk").to == delegation.delegant.email

    def test_an_account_keeps_its_own_address(self, delegation):
        """A delegate who already has an account keeps it; the link and the name are enough."""
        user = nadia(email="n.ferhat@hopital.example")
        client = sign_in(Client(), user)
        assert f'data-id="{delegation.pk}"' not in client.get(RECEIVED).text
        client.post(self.link(), {"reponse": "accepter"})
        delegation.refresh_from_db()
        assert (delegation.delegataire, delegation.address) == (user, "n.ferhat@hopital.example")

    def test_another_name_is_refused_and_says_what_to_do(self, delegation):
        other = sign_in(Client(), user := nadia(nom="Ferhati"))
        answer = other.get(self.link())
        assert answer.status_code == 403
        assert "Elle est faite à Nadia Ferhat" in words(answer)
        assert "demandez au Dr Christine Leclercq de corriger le nom" in words(answer)
        assert other.post(self.link(), {"reponse": "accepter"}).status_code == 403
        assert other.post(f"{RECEIVED}{delegation.pk}/", {"reponse": "accepter"}).status_code == 404
        with pytest.raises(Denied):
            accept(delegation, user)

    def test_the_card_names_her_not_the_account(self, delegation):
        """Whoever wrote the invitation's name into his own account, but has another card, is refused."""
        impostor = sign_in(Client(), nadia(card=("MARTIN", "NADIA"), email="n.martin@hopital.example"))
        answer = impostor.get(self.link())
        assert answer.status_code == 403
        assert "vous vous présentez sous le nom de NADIA MARTIN" in words(answer)
        assert impostor.post(self.link(), {"reponse": "accepter"}).status_code == 403
        delegation.refresh_from_db()
        assert (delegation.is_waiting, delegation.delegataire) == (True, None)

    def test_her_card_is_enough_though_the_account_has_another_name(self, delegation):
        client = sign_in(Client(), user := nadia(card=("FERHÂT", "Nadia"), nom="Benali"))
        assert "Répondre" in client.get(RECEIVED).text
        assert client.post(self.link(), {"reponse": "accepter"}).url == RECEIVED
        delegation.refresh_from_db()
        assert delegation.delegataire == user

    def test_a_card_that_was_removed_says_nothing_any_more(self, delegation):
        user = nadia(card=("MARTIN", "NADIA"))
        user.identites.update(ended_at=timezone.now())
        answer = sign_in(Client(), user).post(self.link(), {"reponse": "accepter"})
        assert answer.status_code == 403
        assert "avec votre carte CPx" in answer.text

    def test_the_link_alone_is_not_enough(self, delegation):
        """The action itself asks for the name, whatever page called it."""
        by = Actor(user=nadia(nom="Ferhati"))
        for act in (actions.accept, actions.refuse):
            with pytest.raises(Denied, match="Seule la personne"):
                act(delegation, nonce=delegation.nonce.hex, now=timezone.now(), by=by)
        delegation.refresh_from_db()
        assert (delegation.is_waiting, delegation.delegataire) == (True, None)

    def test_the_right_name_without_link_nor_address(self, delegation):
        """A homonym elsewhere: nothing leads there."""
        homonym = sign_in(Client(), nadia(email="n.ferhat@ailleurs.example"))
        assert homonym.post(f"{RECEIVED}{delegation.pk}/", {"reponse": "accepter"}).status_code == 404
        delegation.refresh_from_db()
        assert delegation.is_waiting

    def test_without_a_card_ever(self, delegation):
        user = nadia(first_strong_at=None)
        user.identites.all().delete()
        client = sign_in(Client(), user)
        assert "Votre carte CPx est nécessaire" in client.get(self.link()).text
        answer = client.post(self.link(), {"reponse": "accepter"})
        assert answer.status_code == 403
        assert "avec votre carte CPx" in answer.text

    @pytest.mark.parametrize("end", ["change", "deletion", "refusal"])
    def test_the_link_dies(self, medecin, delegation, end):
        link, user = self.link(), nadia()
        if end == "change":
            modify(delegation, droits=READING)
        elif end == "deletion":
            actions.revoke(delegation, now=timezone.now(), by=as_medecin(medecin))
        else:
            actions.refuse(delegation, now=timezone.now(), by=Actor(user=user))
        assert sign_in(Client(), user).get(link).status_code == 404

    def test_somebody_else_s_overlap_is_told(self, medecin, delegation):
        """Invited twice under two addresses: the second answer finds the first."""
        user = nadia()
        accept(delegation, user)
        invite(medecin, email="autre@cabinet.example")
        answer = sign_in(Client(), user).post(self.link(), {"reponse": "accepter"})
        assert answer.status_code == 422
        assert Delegation.objects.filter(accepted_at=None).count() == 1


class TestRenounce:
    @pytest.fixture
    def delegation(self, medecin):
        delegation = invite(medecin)
        accept(delegation, nadia())
        Message.objects.all().delete()
        return delegation

    def test_asks_then_gives_back(self, client, medecin, delegation):
        sign_in(client, delegation.delegataire)
        page = f"{RECEIVED}{delegation.pk}/renoncer/"
        assert "Vous n’aurez plus accès à ses dossiers dès maintenant." in client.get(page).text
        for _ in range(2):
            client.post(page)
        delegation.refresh_from_db()
        assert delegation.renounced_at
        assert not Delegation.objects.in_force(timezone.localdate()).exists()
        assert Message.objects.get().to == medecin.email
        assert Entry.objects.filter(event="delegation.renounced").count() == 1

    def test_who_may_not(self, medecin, delegation):
        for by in (as_medecin(medecin), Actor(user=UserFactory()), as_delegate(delegation)):
            with pytest.raises(Denied):
                actions.renounce(delegation, now=timezone.now(), by=by)

    @pytest.mark.parametrize("state", ["waiting", "refused", "revoked"])
    def test_what_is_not_in_hand(self, state):
        row = DelegationFactory(**{state: True})
        with pytest.raises(Denied):
            actions.renounce(row, now=timezone.now(), by=Actor(user=row.delegataire))


class TestEndings:
    BY = Actor.system("echeances")

    @pytest.mark.parametrize(
        ("lasted", "left", "told"),
        [(30, 7, True), (30, 8, False), (3, 1, True), (3, 2, False), (30, 0, True), (14, 7, True)],
    )
    def test_on_which_days_an_end_is_told(self, lasted, left, told):
        today = timezone.localdate()
        row = DelegationFactory(debut=today + timedelta(days=left - lasted), fin=today + timedelta(days=left))
        for _ in range(2):
            actions.tell_endings(today=today, by=self.BY)
        expected = {row.delegant.email, row.delegataire.email} if told else set()
        assert set(Message.objects.values_list("to", flat=True)) == expected
        assert Message.objects.count() == len(expected)
        assert Entry.objects.filter(event="delegation.end_told").count() == bool(told)

    @pytest.mark.parametrize("state", ["waiting", "revoked", "renounced", "over"])
    def test_not_of_one_that_lends_nothing(self, state):
        today = timezone.localdate()
        dates = {} if state == "over" else {"debut": today - timedelta(days=30), "fin": today}
        DelegationFactory(**{state: True}, **dates)
        actions.tell_endings(today=today, by=self.BY)
        assert not Message.objects.exists()

    def test_again_when_the_end_has_moved(self):
        today = timezone.localdate()
        row = DelegationFactory(debut=today - timedelta(days=30), fin=today)
        actions.tell_endings(today=today, by=self.BY)
        Delegation.objects.filter(pk=row.pk).update(fin=today + timedelta(days=7))
        actions.tell_endings(today=today, by=self.BY)
        assert Message.objects.count() == 4

    def test_nobody_does_it_by_hand(self):
        with pytest.raises(Denied):
            actions.tell_endings(today=timezone.localdate(), by=Actor(user=MedecinFactory()))
