"""Granting, answering, changing, taking back (DEL-3, DEL-4, DEL-7)."""

import uuid
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.models import User
from courrier.models import Message
from delegations import actions
from delegations.models import Delegation
from journal.models import Entry
from tests.annuaire import files
from tests.factories import DelegationFactory, MedecinFactory, as_delegate, as_medecin, day
from viatraj.core.actor import Actor
from viatraj.core.policies import Denied
from viatraj.core.saving import Stale

pytestmark = pytest.mark.django_db
TODAY = day("2026-11-21")


def listed(user, **known):
    """The médecin's line in the national extraction."""
    return files.add(**{"idnat": user.login, "nom": user.nom.upper(), "prenom": user.prenom} | known)


@pytest.fixture
def medecin(db):
    return MedecinFactory(nom="Leclercq", prenom="Christine")


@pytest.fixture
def confrere(db):
    user = MedecinFactory(nom="Léon", prenom="Gabriel")
    listed(user)
    return user


def grant(medecin, confrere, *, debut=TODAY, fin=None, cle=None, by=None):
    return actions.grant_confrere(
        idnat=confrere.login,
        debut=debut,
        fin=fin or debut + timedelta(days=30),
        cle=cle or uuid.uuid4(),
        today=TODAY,
        now=timezone.now(),
        by=by or as_medecin(medecin),
    )


def sentence_of(refused, place=None):
    return refused.value.message_dict[place][0] if place else refused.value.messages[0]


class TestGrant:
    def test_proposes_and_writes_one_mail_with_a_link(self, medecin, confrere):
        delegation = grant(medecin, confrere)
        assert delegation.is_waiting
        assert delegation.delegataire == confrere
        message = Message.objects.get()
        assert message.to == confrere.email
        assert "Dr Christine Leclercq" in message.subject
        assert "/delegations/invitation/" in message.text
        assert Entry.objects.get(event="delegation.granted").user == medecin

    def test_same_key_twice_is_one_delegation_and_one_mail(self, medecin, confrere):
        cle = uuid.uuid4()
        assert grant(medecin, confrere, cle=cle) == grant(medecin, confrere, cle=cle)
        assert Delegation.objects.count() == Message.objects.count() == 1

    def test_confrere_without_account_is_refused_with_a_sentence(self, medecin):
        stranger = User(login="899000999999", nom="Sanscompte", prenom="Alix")
        listed(stranger)
        with pytest.raises(ValidationError) as refused:
            grant(medecin, stranger)
        assert "n’a pas encore de compte" in sentence_of(refused)
        assert not Delegation.objects.exists()

    def test_disabled_account_is_refused_like_a_missing_one(self, medecin, confrere):
        confrere.disabled_at = timezone.now()
        confrere.save()
        with pytest.raises(ValidationError, match="n’a pas encore de compte"):
            grant(medecin, confrere)

    def test_unknown_number_is_refused(self, medecin):
        with pytest.raises(ValidationError):
            grant(medecin, MedecinFactory())

    def test_oneself(self, medecin):
        listed(medecin)
        with pytest.raises(ValidationError, match="vos propres droits"):
            grant(medecin, medecin)

    def test_same_confrere_twice_on_overlapping_days(self, medecin, confrere):
        grant(medecin, confrere)
        with pytest.raises(ValidationError, match="Vous avez déjà une délégation avec cette personne"):
            grant(medecin, confrere, debut=TODAY + timedelta(days=30))
        grant(medecin, confrere, debut=TODAY + timedelta(days=31))

    @pytest.mark.parametrize(
        ("debut", "fin", "place", "words"),
        [
            ("2026-11-20", "2026-12-01", "debut", "aujourd’hui ou plus tard"),
            ("2026-12-10", "2026-12-01", "fin", "précède"),
            ("2026-11-21", "2027-05-22", "fin", "6 mois au plus"),
            ("2026-12-31", "2027-07-01", "fin", "30/06/2027"),
        ],
    )
    def test_period(self, medecin, confrere, debut, fin, place, words):
        with pytest.raises(ValidationError) as refused:
            grant(medecin, confrere, debut=day(debut), fin=day(fin))
        assert any(words in one for one in refused.value.messages)
        by_field = getattr(refused.value, "error_dict", {})
        codes = {error.code for errors in by_field.values() for error in errors} | set(by_field)
        assert place in codes | {getattr(refused.value, "code", None)}

    def test_last_day_of_six_months_is_allowed(self, medecin, confrere):
        assert grant(medecin, confrere, fin=day("2027-05-21")).fin == day("2027-05-21")

    def test_a_delegate_cannot_delegate_further(self, medecin, confrere):
        """DEL-7: a delegate cannot delegate further."""
        lent = DelegationFactory(delegant=medecin)
        with pytest.raises(Denied, match="ne peut pas déléguer à son tour"):
            grant(medecin, confrere, by=as_delegate(lent))

    def test_professional_who_is_no_medecin(self, medecin, confrere):
        medecin.profession = "60"
        with pytest.raises(Denied, match="Seul un médecin"):
            grant(medecin, confrere, by=Actor(user=medecin))

    def test_student_is_no_medecin(self, medecin, confrere):
        medecin.categorie = "E"
        with pytest.raises(Denied, match="Seul un médecin"):
            grant(medecin, confrere, by=Actor(user=medecin))

    def test_unanswered_invitation_is_closed_before_a_new_one(self, medecin, confrere):
        first = grant(medecin, confrere)
        Delegation.objects.update(invited_at=timezone.now() - timedelta(days=31))
        second = grant(medecin, confrere)
        first.refresh_from_db()
        assert first.expired_at
        assert second.is_waiting


class TestAnswer:
    def test_accept_gives_rights_and_tells_the_medecin(self):
        delegation = DelegationFactory(waiting=True)
        actions.accept(delegation, now=timezone.now(), by=Actor(user=delegation.delegataire))
        assert Delegation.objects.in_force(delegation.debut).filter(pk=delegation.pk).exists()
        assert Message.objects.get().to == delegation.delegant.email

    def test_accepting_twice_is_accepting_once(self):
        delegation = DelegationFactory(waiting=True)
        by = Actor(user=delegation.delegataire)
        for _ in range(2):
            actions.accept(delegation, now=timezone.now(), by=by)
        assert Message.objects.count() == Entry.objects.filter(event="delegation.accepted").count() == 1

    def test_refuse(self):
        delegation = DelegationFactory(waiting=True)
        by = Actor(user=delegation.delegataire)
        for _ in range(2):
            actions.refuse(delegation, now=timezone.now(), by=by)
        assert Message.objects.count() == 1
        with pytest.raises(Denied, match="n’est plus proposée"):
            actions.accept(delegation, now=timezone.now(), by=by)

    def test_refusing_what_one_accepted(self):
        delegation = DelegationFactory()
        with pytest.raises(Denied, match="déjà accepté"):
            actions.refuse(delegation, now=timezone.now(), by=Actor(user=delegation.delegataire))

    def test_after_thirty_days(self):
        delegation = DelegationFactory(waiting=True)
        Delegation.objects.update(invited_at=timezone.now() - timedelta(days=30, minutes=1))
        with pytest.raises(Denied, match="plus de 30 jours"):
            actions.accept(delegation, now=timezone.now(), by=Actor(user=delegation.delegataire))

    @pytest.mark.parametrize(
        ("known", "is_refused"),
        [({}, True), ({"waiting": True}, False), ({"revoked": True}, False), ({"over": True}, False)],
        ids=["accepted", "not answered", "revoked", "over"],
    )
    def test_invited_twice_the_second_is_refused_in_his_own_words(self, known, is_refused):
        """DEL-2: at two addresses, by one médecin; he reads why, not what the médecin would read."""
        first = DelegationFactory(**known)
        same = {"delegant": first.delegant, "delegataire": first.delegataire}
        second = DelegationFactory(**same, delegataire_key="invite:another address", waiting=True)
        by = Actor(user=first.delegataire)
        if is_refused:
            with pytest.raises(ValidationError, match="Vous travaillez déjà pour le Dr"):
                actions.accept(second, now=timezone.now(), by=by)
            return
        actions.accept(second, now=timezone.now(), by=by)
        second.refresh_from_db()
        assert second.accepted_at

    def test_the_answer_changes_the_nonce(self):
        delegation = DelegationFactory(waiting=True)
        before = delegation.nonce
        actions.accept(delegation, now=timezone.now(), by=Actor(user=delegation.delegataire))
        delegation.refresh_from_db()
        assert delegation.nonce != before


class TestModify:
    def change(self, delegation, *, fin, version=None, by=None, debut=None):
        actions.modify(
            delegation,
            debut=debut or delegation.debut,
            fin=fin,
            version=version or delegation.version,
            today=delegation.debut,
            now=timezone.now(),
            by=by or as_medecin(delegation.delegant),
        )
        delegation.refresh_from_db()

    def test_a_modification_holds_at_once_and_is_told(self):
        delegation = DelegationFactory()
        self.change(delegation, fin=delegation.fin + timedelta(days=10))
        assert Message.objects.get().to == delegation.delegataire.email

    def test_waiting_one_is_proposed_again_with_a_new_link(self):
        delegation = DelegationFactory(waiting=True)
        self.change(delegation, fin=delegation.fin + timedelta(days=1))
        assert "/delegations/invitation/" in Message.objects.get().text

    def test_no_change_writes_nothing(self):
        delegation = DelegationFactory()
        self.change(delegation, fin=delegation.fin)
        assert not Message.objects.exists()
        assert not Entry.objects.exists()

    def test_stale_version(self):
        delegation = DelegationFactory()
        self.change(delegation, fin=delegation.fin + timedelta(days=1))
        with pytest.raises(Stale) as stale:
            self.change(delegation, fin=delegation.fin + timedelta(days=2), version=1)
        assert stale.value.fresh.version == 2

    def test_started_one_keeps_its_start_but_cannot_end_in_the_past(self):
        delegation = DelegationFactory(debut=day("2026-11-01"), fin=day("2026-12-01"))
        with pytest.raises(ValidationError, match="Cette date est passée"):
            actions.modify(
                delegation,
                debut=delegation.debut,
                fin=day("2026-11-20"),
                version=1,
                today=TODAY,
                now=timezone.now(),
                by=as_medecin(delegation.delegant),
            )

    def test_limit_holds_at_each_change(self):
        delegation = DelegationFactory(debut=TODAY, fin=TODAY + timedelta(days=30))
        with pytest.raises(ValidationError, match="6 mois au plus"):
            self.change(delegation, fin=day("2027-05-22"))


class TestRevoke:
    def test_cuts_at_once(self):
        delegation = DelegationFactory()
        for _ in range(2):
            actions.revoke(delegation, now=timezone.now(), by=as_medecin(delegation.delegant))
        assert not Delegation.objects.in_force(delegation.debut).exists()
        assert Message.objects.count() == Entry.objects.filter(event="delegation.revoked").count() == 1


class TestTakeUp:
    @pytest.mark.parametrize(
        "state", ["waiting", "refused", "revoked", "expired", "renounced", "future", "over"]
    )
    def test_only_one_in_force(self, state):
        """DEL-7: neither before acceptance, nor before the start, nor after the end."""
        delegation = DelegationFactory(**{state: True})
        with pytest.raises(Denied, match="pas en vigueur"):
            actions.take_up(delegation, today=timezone.localdate(), by=Actor(user=delegation.delegataire))

    def test_in_force(self):
        delegation = DelegationFactory()
        actions.take_up(delegation, today=timezone.localdate(), by=Actor(user=delegation.delegataire))
        assert Entry.objects.get().event == "delegation.taken_up"

    def test_of_a_disabled_medecin(self):
        delegation = DelegationFactory(delegant__disabled_at=timezone.now())
        with pytest.raises(Denied, match="pas en vigueur"):
            actions.take_up(delegation, today=timezone.localdate(), by=Actor(user=delegation.delegataire))


def test_expire_invitations():
    old, recent = DelegationFactory(waiting=True), DelegationFactory(waiting=True)
    Delegation.objects.filter(pk=old.pk).update(invited_at=timezone.now() - timedelta(days=31))
    for _ in range(2):
        actions.expire_invitations(now=timezone.now(), by=Actor.system("invitations"))
    old.refresh_from_db()
    recent.refresh_from_db()
    assert old.expired_at
    assert recent.is_waiting
    assert Message.objects.get().to == old.delegant.email
