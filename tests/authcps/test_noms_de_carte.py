"""Whose card it is: compared when it is paired (CPX-2), followed when it is used (COM-5, docs/adr/0021)."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

import accounts.actions
from accounts.models import Identite, Session, User
from accounts.policies import is_named_by_card
from authcps import actions, policies
from authcps.models import Attempt, Code
from courrier.models import Message
from journal.models import Entry
from tests.authcps.test_actions import BY, last_code, wrong
from tests.authcps.test_arrival import NEWCOMER, NURSE, PAIR, arrive, holding
from tests.authcps.test_secours import KEY, code_at, recovery_codes
from tests.factories import (
    PASSWORD,
    EtablissementFactory,
    HabilitationFactory,
    MedecinFactory,
    UniteFactory,
    UserFactory,
    as_professionnel,
    referent_of,
    sign_in,
)
from viatraj.core.actor import Actor, Means
from viatraj.core.policies import Denied, can

pytestmark = pytest.mark.django_db
CODE = "/connexion/code/"


def named(**known) -> User:
    return UserFactory(**{"nom": "Castelnau", "prenom": "Irène", **known})


def give(client, user, path=CODE):
    client.post(PAIR, {"identifiant": user.login, "mot_de_passe": PASSWORD})
    return client.post(path, {"code": last_code()})


def presented(client, verified=NURSE):
    holding(client, verified, door="professionnel")
    return client


class TestSameName:
    @pytest.mark.parametrize(
        ("nom", "prenom"),
        [("CASTELNAU", "IRENE"), ("castel-nau", "irène"), ("Castel nau", "Irène"), ("Castelnau", "Irène")],
    )
    def test_is_paired_by_one_code(self, client, nom, prenom):
        user = named()
        answer = give(presented(client, replace(NURSE, nom=nom, prenom=prenom)), user)
        assert answer.url == "/professionnel/"
        user.refresh_from_db()
        assert (user.nom, user.prenom) == ("Castelnau", "Irène"), "written as the account writes it"
        assert not Entry.objects.filter(event="identite.other_name").exists()
        assert f"au nom de {prenom} {nom}" in Message.objects.get(subject__contains="associé").text


class TestOtherName:
    """CPX-2: both names on one page, a second code, the référents told, a line in the journal."""

    @pytest.fixture
    def user(self):
        return UserFactory(nom="Durand", prenom="Zoé")

    @pytest.fixture
    def unite(self, user):
        return HabilitationFactory(user=user, lieu=UniteFactory()).unite

    def test_names_stay_hidden_before_the_first_code(self, client, user):
        presented(client).post(PAIR, {"identifiant": user.login, "mot_de_passe": PASSWORD})
        assert "Durand" not in client.get(CODE).text

    def test_shown_then_paired_by_a_second_code(self, client, user, unite):
        referents = [referent_of(unite), referent_of(unite.etablissement)]
        stranger = referent_of(EtablissementFactory())
        assert give(presented(client), user).url == CODE
        assert not user.identites.exists()
        assert not Session.objects.filter(user=user).exists()
        text = client.get(CODE).text
        for words in ("Irène Castelnau", "Zoé Durand", "n’est pas au nom de votre compte", 'name="code"'):
            assert words in text
        assert client.post(CODE, {"code": last_code()}).url == "/professionnel/"
        assert user.identites.get().nom == "Castelnau"
        user.refresh_from_db()
        assert user.nom == "Durand"
        letters = Message.objects.filter(subject__contains="un autre nom")
        assert {one.to for one in letters} == {one.email for one in referents}
        assert stranger.email not in {one.to for one in letters}
        assert "Irène Castelnau" in letters[0].text
        assert "Zoé Durand" in letters[0].text
        line = Entry.objects.get(event="identite.other_name")
        assert line.data == {"carte": "Irène Castelnau", "compte": "Zoé Durand"}
        assert line.user == user
        mine = Message.objects.get(to=user.email, subject__contains="associé").text
        assert "au nom de Irène Castelnau" in mine
        assert "Zoé Durand" in mine

    def test_the_former_code_again_opens_nothing(self, client, user):
        give(presented(client), user)
        first = Code.objects.order_by("pk").first()
        assert first.used_at
        code = last_code()
        client.post(CODE, {"code": wrong(code)})
        assert not user.identites.exists()
        assert Code.objects.count() == 2

    def test_the_browser_is_not_trusted_by_the_first_code(self, client, user):
        give(presented(client), user)
        assert not user.trusted_browsers.exists()

    def test_with_the_application_and_a_recovery_code(self, client, user, time_machine):
        """Whatever the means of the second factor, it is asked twice."""
        now = timezone.now()
        by = Actor(user=user, means=Means.MAIL)
        actions.add_totp(
            user,
            key=KEY,
            code=code_at(now - timedelta(hours=1)),
            ancien=PASSWORD,
            now=now - timedelta(hours=1),
            by=by,
        )
        spare = recovery_codes(user)[0]
        User.objects.filter(pk=user.pk).update(reception="totp")
        totp = "/connexion/code/application/"
        presented(client).post(PAIR, {"identifiant": user.login, "mot_de_passe": PASSWORD})
        assert client.post(totp, {"code": code_at(timezone.now())}).url == totp
        assert "n’est pas au nom de votre compte" in client.get(totp).text
        assert client.post(totp, {"code": code_at(timezone.now())}).status_code == 422, "the same step again"
        secours = "/connexion/code/secours/"
        assert "n’est pas au nom de votre compte" in client.get(secours).text
        assert client.post(secours, {"code": spare}).url == "/professionnel/"
        assert user.identites.exists()

    def test_the_action_itself_refuses(self, user):
        attempt = Attempt.objects.create(
            door="professionnel",
            user=user,
            identity=NURSE.__dict__,
            ends=timezone.now() + timedelta(minutes=5),
        )
        with pytest.raises(Denied):
            actions.pair(attempt, now=timezone.now(), by=BY)
        assert not user.identites.exists()

    def test_the_holder_is_shown_everywhere(self, client, user, unite):
        """«Mon compte», and the sheet, which says that the names differ."""
        give(presented(client), user)
        client.post(CODE, {"code": last_code()})
        client.get("/charte/")
        assert "Irène Castelnau" in client.get("/mon-compte/").text
        sign_in(client, referent_of(unite))
        sheet = client.get(f"/administration/comptes/{user.pk}/").text
        assert "Irène Castelnau, depuis le" in sheet
        assert "Autre nom que celui du compte" in sheet

    def test_a_medecin_s_card_gives_its_name(self, client, user):
        """CON-8: his names are the card's from then on, and locked."""
        give(presented(client, NEWCOMER), user)
        client.post(CODE, {"code": last_code()})
        user.refresh_from_db()
        assert (user.nom, user.prenom, user.is_medecin) == ("Castelnau", "Irène", True)
        assert is_named_by_card(user)


MEDECIN_S = replace(NEWCOMER, idnat="899100055555")


@pytest.mark.parametrize(
    ("verified", "may"),
    [
        (MEDECIN_S, True),
        (replace(MEDECIN_S, categorie="M"), True),
        (replace(MEDECIN_S, profession="", categorie="", means=Means.PSC), True),
        (replace(MEDECIN_S, categorie="E"), False),
        (replace(MEDECIN_S, profession="60"), False),
        (replace(MEDECIN_S, idnat="0319999990", profession="60"), False),
        (NURSE, False),
        (replace(NURSE, profession=""), False),
    ],
    ids=["cps", "military", "says nothing", "student", "nurse", "adeli nurse", "cpe of a nurse", "cpe"],
)
def test_a_medecin_pairs_a_medecin_s_card_alone(client, verified, may):
    """CPX-2: of another profession class it is refused, with a page; the same person's name does not help."""
    user = MedecinFactory(nom="Castelnau", prenom="Irène")
    nurse = named()
    assert can(lambda: policies.pair(user, verified, is_confirmed=True)) is may
    assert can(lambda: policies.pair(nurse, verified, is_confirmed=False))
    answer = give(presented(client, verified), user)
    assert (answer.status_code == 302) is may
    assert user.identites.filter(idnat=verified.idnat).exists() is may
    if not may:
        assert "celui d’un médecin" in answer.text
        assert not Session.objects.filter(user=user).exists()


class TestFollowed:
    """COM-5: refreshed at each sign-in by card or Pro Santé Connect, told when they differ."""

    def sign_in(self, client, user, **read):
        known = replace(NEWCOMER, idnat=user.identites.get(ended_at=None).idnat, **read)
        arrive(client, holding(client, known))
        user.refresh_from_db()
        return user

    def test_a_new_name(self, client):
        user = self.sign_in(client, MedecinFactory(nom="Castelnau", prenom="Irène"), nom="CASTELNAU-PETIT")
        assert (user.nom, user.prenom, user.version) == ("CASTELNAU-PETIT", "Irène", 2)
        letter = Message.objects.get(to=user.email)
        assert "« Castelnau » devient « CASTELNAU-PETIT »" in letter.text
        line = Entry.objects.get(event="identite.followed_words")
        assert (line.data["avant"], line.data["apres"]) == ({"nom": "Castelnau"}, {"nom": "CASTELNAU-PETIT"})
        assert "suit désormais votre carte" in client.get("/charte/").text
        self.sign_in(client, user, nom="CASTELNAU-PETIT")
        assert Message.objects.count() == 1, "once"

    @pytest.mark.parametrize("nom", ["CASTELNAU", "castelnau", "Castel Nau"])
    def test_written_otherwise_is_the_same(self, client, nom):
        user = self.sign_in(client, MedecinFactory(nom="Castelnau", prenom="Irène"), nom=nom)
        assert (user.nom, user.version) == ("Castelnau", 1)
        assert not Message.objects.exists()

    @pytest.mark.parametrize(
        ("read", "stays"),
        [
            ({"profession": "60", "profession_label": "Infirmier"}, False),
            ({"categorie": "E"}, False),
            ({"categorie": "M"}, True),
            ({"profession": "", "categorie": "", "means": Means.PSC}, True),
            ({"categorie": "", "means": Means.PSC}, True),
            ({"profession_label": "Docteur en médecine"}, True),
        ],
        ids=["nurse", "student", "military", "short answer", "role alone", "other words"],
    )
    def test_profession(self, client, read, stays):
        user = self.sign_in(client, MedecinFactory(nom="Castelnau", prenom="Irène"), **read)
        assert user.is_medecin is stays
        assert Message.objects.filter(to=user.email).exists() is not stays

    def test_a_paired_professional_keeps_his_own_words(self, client):
        """His card agreed with them; he then changed them: they are his."""
        user = named()
        Identite.objects.create(
            user=user, idnat=NURSE.idnat, kind="structure", nom="CASTELNAU", prenom="IRENE"
        )
        assert not is_named_by_card(user)
        known = {
            "version": user.version,
            "nom": "Castelnau-Roux",
            "prenom": "Irène",
            "profession_label": "IDE",
        }
        accounts.actions.update_contact(user, **known, by=as_professionnel(user))
        arrive(client, holding(client, NURSE, door="professionnel"))
        user.refresh_from_db()
        assert user.nom == "Castelnau-Roux"
        assert not is_named_by_card(user)

    def test_the_name_is_his_to_edit_until_a_card_changes_it(self, client):
        user = named()
        Identite.objects.create(
            user=user, idnat=NURSE.idnat, kind="structure", nom="CASTELNAU", prenom="IRENE"
        )
        arrive(client, holding(client, replace(NURSE, nom="ROUX"), door="professionnel"))
        user.refresh_from_db()
        assert user.nom == "ROUX"
        assert is_named_by_card(user)
        with pytest.raises(Denied, match="à chaque connexion"):
            accounts.actions.update_contact(
                user, version=user.version, nom="Autre", by=as_professionnel(user)
            )

    def test_a_confirmed_other_name_does_not_rename_the_account(self, client):
        """Nor does it go to and fro between two cards."""
        user = named()
        said = {"user": user, "kind": "structure", "prenom": "Irène"}
        Identite.objects.create(idnat=NURSE.idnat, nom="Castelnau", **said)
        Identite.objects.create(idnat="3310099999/CPE0000099", nom="Durand", **said)
        for idnat, nom in ((NURSE.idnat, "CASTELNAU"), ("3310099999/CPE0000099", "DURAND")) * 2:
            arrive(client, holding(client, replace(NURSE, idnat=idnat, nom=nom), door="professionnel"))
        user.refresh_from_db()
        assert (user.nom, user.version) == ("Castelnau", 1)
        assert not Message.objects.exists()

    def test_who_cannot_edit_is_told_why_and_who_can(self, client):
        """«Mon compte», and the référent's page."""
        user = MedecinFactory()
        etablissement = HabilitationFactory(user=user).etablissement
        text = sign_in(client, user).get("/mon-compte/").text
        assert "demandez leur correction à votre Ordre" in text
        assert 'name="nom"' not in text
        sign_in(client, referent_of(etablissement))
        text = client.get(f"/administration/comptes/{user.pk}/modifier/").text
        assert "les fait corriger auprès de son Ordre" in text

    def test_a_paired_professional_edits_his_name_by_the_page(self, client):
        user = named()
        Identite.objects.create(
            user=user, idnat=NURSE.idnat, kind="structure", nom="CASTELNAU", prenom="IRENE"
        )
        sign_in(client, user)
        typed = {"nom": "Castelnau", "prenom": "Irène", "profession_label": "IDE", "version": 1}
        assert client.post("/mon-compte/", typed).status_code == 302
        assert User.objects.get(pk=user.pk).profession_label == "IDE"


def test_a_pairing_taken_off_a_moment_ago_opens_nothing(client):
    """The card was recognised before the pairing was ended: it does not come back by itself."""
    user = MedecinFactory()
    attempt = holding(client, replace(NEWCOMER, idnat=user.login))
    verified = replace(NEWCOMER, idnat=user.login)
    user.identites.update(ended_at=timezone.now())
    known = {"user": user, "verified": verified, "now": timezone.now(), "by": BY}
    assert actions.recognise(attempt, **known) is None
    assert not user.identites.filter(ended_at=None).exists()


def test_an_attempt_that_has_ended_pairs_nothing():
    user = named()
    attempt = Attempt.objects.create(
        door="professionnel", user=user, identity=NURSE.__dict__, ends=timezone.now() - timedelta(seconds=1)
    )
    with pytest.raises(ValidationError, match="a expiré"):
        actions.pair(attempt, now=timezone.now(), by=BY)
