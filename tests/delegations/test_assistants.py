"""Assistants: rights, an invitation, an answer, changes that are told (DEL-1, DEL-2, DEL-4, DEL-7)."""

import re
import uuid
from datetime import timedelta
from html import unescape

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.html import strip_tags

from accounts.models import Identite
from courrier.models import Message
from delegations import actions, rights
from delegations.forms import DroitsForm, initial_of, name_of
from delegations.models import Delegation, DroitDelegue
from delegations.rights import PRESETS, Lent
from journal.models import Entry
from tests.factories import DelegationFactory, MedecinFactory, UserFactory, as_delegate, as_medecin, sign_in
from viatraj.core.actor import Actor, Place
from viatraj.core.droits import Droit, Mode, Orientation
from viatraj.core.policies import Denied
from viatraj.core.saving import Stale

pytestmark = pytest.mark.django_db
INDEX, ADD, RECEIVED = "/medecin/delegations/", "/medecin/delegations/assistant/", "/delegations/recues/"
SECRETARIAT, MEDICAL, READING = (preset.lent for preset in PRESETS)
NADIA = {"nom": "Ferhat", "prenom": "Nadia", "email": "nadia.ferhat@cabinet.example"}


@pytest.fixture
def medecin():
    return MedecinFactory(nom="Leclercq", prenom="Christine")


def invite(medecin, *, droits=SECRETARIAT, by=None, **known):
    today = timezone.localdate()
    asked = {**NADIA, "debut": today, "fin": today + timedelta(days=90), "cle": uuid.uuid4(), **known}
    return actions.grant_assistant(
        droits=frozenset(droits), today=today, now=timezone.now(), by=by or as_medecin(medecin), **asked
    )


def nadia(*, card=None, **known):
    """Her account, made by her card; `card`: the name that it says, when it is not the account's."""
    user = UserFactory(**{**NADIA, "nom": "FERHAT", "first_strong_at": timezone.now(), **known})
    nom, prenom = card or (user.nom, user.prenom)
    said = {"kind": Identite.Kind.STRUCTURE, "nom": nom, "prenom": prenom}
    Identite.objects.create(user=user, idnat=f"599999999900019/CPA{user.pk:07d}", **said)
    return user


def accept(delegation, user):
    actions.accept(delegation, now=timezone.now(), by=Actor(user=user))
    delegation.refresh_from_db()


def words(answer) -> str:
    return re.sub(r"\s+", " ", unescape(strip_tags(answer.text)))


def typed(**known) -> dict:
    today = timezone.localdate()
    return {**NADIA, "modele": "secretariat", "debut": today, "fin": today + timedelta(days=90), **known}


class TestGrant:
    def test_proposes_with_its_rights_and_writes_one_mail(self, medecin):
        delegation = invite(medecin)
        assert delegation.is_waiting
        assert delegation.delegataire is None
        assert rights.lent(delegation) == SECRETARIAT
        message = Message.objects.get()
        assert message.to == NADIA["email"]
        for sentence in (
            "carte CPx",
            "« Médecins libéraux »",
            "/delegations/invitation/",
            "valable 30 jours",
        ):
            assert sentence in message.text
        assert Entry.objects.get(event="delegation.granted").user == medecin

    def test_same_key_twice_is_one(self, medecin):
        cle = uuid.uuid4()
        assert invite(medecin, cle=cle) == invite(medecin, cle=cle)
        assert Delegation.objects.count() == Message.objects.count() == 1

    @pytest.mark.parametrize(
        "again", [{}, {"nom": "FERHÂT", "prenom": "nadia", "email": NADIA["email"].upper()}]
    )
    def test_same_person_twice_on_overlapping_days(self, medecin, again):
        invite(medecin)
        with pytest.raises(ValidationError, match="Vous avez déjà une délégation avec cette personne"):
            invite(medecin, **again)

    def test_same_person_again_once_she_has_answered(self, medecin):
        first = invite(medecin)
        accept(first, nadia())
        with pytest.raises(ValidationError, match="Vous avez déjà une délégation avec cette personne"):
            invite(medecin)
        later = invite(medecin, debut=first.fin + timedelta(days=1), fin=first.fin + timedelta(days=30))
        assert later.delegataire == first.delegataire
        assert later.is_waiting

    def test_one_year_at_most(self, medecin):
        with pytest.raises(ValidationError, match="12 mois au plus"):
            invite(medecin, fin=timezone.localdate() + timedelta(days=367))

    def test_no_chain(self, medecin):
        """DEL-7."""
        with pytest.raises(Denied, match="ne peut pas déléguer à son tour"):
            invite(medecin, by=as_delegate(DelegationFactory(delegant=medecin)))

    def test_no_medecin(self):
        with pytest.raises(Denied, match="Seul un médecin"):
            invite(None, by=Actor(user=UserFactory()))

    @pytest.mark.parametrize(
        "forged",
        [
            Lent("sanitaire", "volet_medical", "validation"),
            Lent("sanitaire", "volet_administratif", "repondre"),
            Lent("sanitaire", "compte"),
            Lent("ailleurs", "dossier_creation"),
            Lent("tnd", "dossier_acceptation"),
            Lent("sanitaire", "volet_medical", ""),
        ],
    )
    def test_a_right_that_is_never_lent(self, medecin, forged):
        with pytest.raises(ValidationError, match="ne se délègue pas à un assistant"):
            invite(medecin, droits={*SECRETARIAT, forged})
        assert not Delegation.objects.exists()

    def test_no_right_at_all(self, medecin):
        with pytest.raises(ValidationError, match="au moins un droit"):
            invite(medecin, droits=())

    def test_a_right_asks_for_the_list(self, medecin):
        with pytest.raises(ValidationError, match="Consulter la liste"):
            invite(medecin, droits={Lent("tnd", "dossier_creation")})


class TestPage:
    @pytest.fixture(autouse=True)
    def session(self, client, medecin):
        sign_in(client, medecin)

    def test_a_preset(self, client, medecin):
        answer = client.post(ADD, typed(modele="assistant_medical"), follow=True)
        assert "Invitation envoyée à Nadia Ferhat." in answer.text
        assert rights.lent(Delegation.objects.get()) == MEDICAL
        text = words(client.get(INDEX))
        for cell in (
            "Ferhat",
            "nadia.ferhat@cabinet.example",
            "Assistant médical",
            "En attente d’acceptation",
        ):
            assert cell in text

    def test_own_choice(self, client):
        chosen = {"sanitaire_dossier_liste": "on", "sanitaire_volet_medical": "lecture"}
        client.post(ADD, typed(modele="personnalises", **chosen))
        assert rights.lent(Delegation.objects.get()) == {
            Lent("sanitaire", "dossier_liste"),
            Lent("sanitaire", "volet_medical", "lecture"),
        }
        assert "Personnalisés" in client.get(INDEX).text

    def test_the_table_counts_with_own_choice_only(self, client):
        client.post(ADD, typed(modele="lecture_seule", sanitaire_dossier_creation="on"))
        assert rights.lent(Delegation.objects.get()) == READING

    @pytest.mark.parametrize(
        ("change", "sentence"),
        [
            ({"nom": ""}, "Indiquez le nom, tel qu’il figure sur la carte CPx."),
            ({"prenom": " "}, "Indiquez le prénom"),
            ({"nom": "Ferhat http://mal.example"}, "Écrivez-le en lettres, comme sur la carte CPx."),
            ({"prenom": "12"}, "Écrivez-le en lettres, comme sur la carte CPx."),
            ({"email": "nadia"}, "Cette adresse n’est pas complète"),
            ({"modele": ""}, "Choisissez les droits."),
            ({"modele": "tout"}, "Choisissez l’un des modèles proposés."),
            ({"modele": "personnalises"}, "Accordez au moins un droit."),
            ({"modele": "personnalises", "tnd_demande": "on"}, "les autres droits en dépendent"),
            (
                {"modele": "personnalises", "tnd_dossier_liste": "on", "tnd_volet_medical": "validation"},
                "Ce droit ne se délègue pas à un assistant.",
            ),
            ({"fin": "2020-01-01"}, "Cette date est passée"),
        ],
    )
    def test_bad_input_is_told_and_kept(self, client, change, sentence):
        answer = client.post(ADD, typed(**change))
        assert answer.status_code == 422
        assert sentence in words(answer)
        assert change.get("prenom", "Nadia") in answer.text
        assert not Delegation.objects.exists()
        assert not Message.objects.exists()

    def test_no_forged_orientation_has_a_field(self):
        assert name_of(Orientation.TND, Droit.DOSSIER_ACCEPTATION) not in DroitsForm().fields

    def test_what_it_shows_is_what_it_takes(self):
        """A page sent back as it came changes no right."""
        own = frozenset({Lent("tnd", "dossier_liste"), Lent("tnd", "volet_medical", "lecture")})
        for droits in (SECRETARIAT, MEDICAL, READING, own):
            form = DroitsForm(initial_of(droits))
            assert form.is_valid()
            assert form.cleaned_data["droits"] == droits


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

    def test_from_the_list_too(self, delegation):
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


def modify(delegation, *, droits=SECRETARIAT, by=None, identity=None, **known):
    delegation.refresh_from_db()
    asked = {"debut": delegation.debut, "fin": delegation.fin, "version": delegation.version, **known}
    actions.modify_assistant(
        delegation,
        droits=frozenset(droits),
        identity=identity,
        today=timezone.localdate(),
        now=timezone.now(),
        by=by or as_medecin(delegation.delegant),
        **asked,
    )
    delegation.refresh_from_db()


class TestModify:
    @pytest.fixture
    def delegation(self, medecin):
        delegation = invite(medecin)
        accept(delegation, nadia())
        Message.objects.all().delete()
        return delegation

    def test_reducing_is_immediate_and_told(self, medecin, delegation):
        modify(delegation, droits=READING)
        held = as_delegate(delegation).rights
        place = Place(medecin=medecin.pk)
        assert not held.cover(Droit.DOSSIER_CREATION, place, domaine="tnd")
        assert not held.cover(Droit.VOLET_ADMINISTRATIF, place, domaine="tnd", mode=Mode.ECRITURE)
        message = Message.objects.get()
        assert message.to == NADIA["email"]
        assert "volet administratif\u00a0: lecture (auparavant écriture)" in message.text

    def test_the_history_says_what_changed(self, delegation):
        fin = delegation.fin + timedelta(days=10)
        modify(delegation, droits=SECRETARIAT - {Lent("tnd", "demande")}, fin=fin)
        told = Entry.objects.get(event="delegation.modified").sentence
        assert "a modifié la délégation de Nadia Ferhat\u00a0: période du" in told
        assert f"au {fin:%d/%m/%Y} (auparavant" in told
        assert "TND, «\u00a0envoyer et suivre les demandes\u00a0» retiré" in told

    def test_no_change_writes_nothing(self, delegation):
        before = Entry.objects.count()
        modify(delegation)
        assert Entry.objects.count() == before
        assert not Message.objects.exists()

    def test_stale(self, delegation):
        modify(delegation, droits=READING)
        with pytest.raises(Stale):
            modify(delegation, droits=MEDICAL, version=1)

    def test_a_forged_right(self, delegation):
        with pytest.raises(ValidationError, match="ne se délègue pas"):
            modify(delegation, droits={*SECRETARIAT, Lent("tnd", "volet_medical", "validation")})
        assert rights.lent(Delegation.objects.get()) == SECRETARIAT

    def test_the_name_is_no_longer_corrected_once_answered(self, client, medecin, delegation):
        modify(delegation, droits=READING, identity={**NADIA, "nom": "Autre"})
        assert delegation.nom == "Ferhat"
        sign_in(client, medecin)
        assert 'name="nom"' not in client.get(f"{INDEX}{delegation.pk}/modifier/").text

    def test_neither_the_delegate_nor_another_medecin(self, delegation):
        for by in (Actor(user=delegation.delegataire), as_medecin(MedecinFactory()), as_delegate(delegation)):
            with pytest.raises(Denied):
                modify(delegation, droits=MEDICAL, by=by)

    def test_stale_page_shows_what_stands(self, client, medecin, delegation):
        sign_in(client, medecin)
        modify(delegation, droits=READING)
        sent = {**typed(modele="assistant_medical"), "version": 1}
        answer = client.post(f"{INDEX}{delegation.pk}/modifier/", sent)
        assert answer.status_code == 409
        assert "Droits : Lecture seule." in words(answer)

    def test_the_page_takes_what_it_shows(self, client, medecin, delegation):
        sign_in(client, medecin)
        text = client.get(f"{INDEX}{delegation.pk}/modifier/").text
        assert re.search(r'value="secretariat"[^>]*checked', text)
        sent = {**typed(modele="lecture_seule"), "version": delegation.version}
        assert client.post(f"{INDEX}{delegation.pk}/modifier/", sent).status_code == 302
        assert rights.lent(Delegation.objects.get()) == READING


def test_the_medecin_corrects_the_name(client, medecin):
    """Another card was refused: a new invitation goes out, the former link is dead."""
    delegation = invite(medecin, nom="Ferat")
    user = nadia()
    with pytest.raises(Denied):
        accept(delegation, user)
    sign_in(client, medecin)
    page = f"{INDEX}{delegation.pk}/modifier/"
    client.post(page, {**typed(), "fin": delegation.fin, "version": delegation.version})
    delegation.refresh_from_db()
    assert delegation.nom == "Ferhat"
    assert Message.objects.count() == 2
    assert "nom corrigé" in Entry.objects.get(event="delegation.modified").sentence
    accept(delegation, user)
    assert delegation.delegataire == user


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
    def test_when(self, lasted, left, told):
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


def test_rights_shown_to_both(client, medecin):
    delegation = invite(medecin, droits=READING)
    sign_in(client, medecin)
    text = words(client.get(f"{INDEX}{delegation.pk}/"))
    assert "Volet médical : lecture" in text
    assert "ne peut ni valider un volet médical, ni déléguer à son tour" in text


def test_former_rights_go_and_new_ones_come():
    assert DroitDelegue.objects.count() == 0
    medecin = MedecinFactory()
    delegation = invite(medecin, droits=MEDICAL)
    modify(delegation, droits=READING)
    assert DroitDelegue.objects.count() == len(READING)


def test_the_list_costs_the_same_whatever_its_length(client, medecin, django_assert_num_queries):
    def add(number):
        for one in range(number):
            nom, email = f"Ferhat{'abcdefghijkl'[one]}{'x' * number}", f"n{number}-{one}@cabinet.example"
            user = nadia(login=f"login-{number}-{one}", nom=nom, email=email)
            invited = invite(medecin, nom=nom, email=email)
            Delegation.objects.filter(pk=invited.pk).update(delegataire=user, accepted_at=timezone.now())

    sign_in(client, medecin)
    add(2)
    client.get(INDEX)
    with CaptureQueriesContext(connection) as few:
        assert client.get(INDEX).text.count("Secrétariat") == 2
    add(10)
    with django_assert_num_queries(len(few)):
        client.get(INDEX)
