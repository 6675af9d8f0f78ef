"""After a card or Pro Santé Connect: session, first sign-in, pairing, refusal (CON-7 to -9, CPX-2 to -4)."""

import re
from dataclasses import asdict, replace
from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.messages.storage import default_storage
from django.core.exceptions import ValidationError
from django.test import RequestFactory
from django.utils import timezone

from accounts.models import Identite, Session, User
from authcps import actions
from authcps.forms import FirstAssistantForm, FirstForm
from authcps.identity import Verified
from authcps.models import Attempt
from authcps.views import arrival
from courrier import secrets
from courrier.models import Message
from journal.models import Entry
from tests.authcps.test_actions import BY, last_code
from tests.factories import PASSWORD, MedecinFactory, UserFactory, as_medecin, sign_in
from tests.house.plan import listed
from viatraj.core.actor import Means

pytestmark = pytest.mark.django_db
NEWCOMER = Verified(
    means=Means.CPS,
    idnat="899100077777",
    nom="Castelnau",
    prenom="Irène",
    profession="10",
    categorie="C",
    profession_label="Médecin",
)
NURSE = replace(NEWCOMER, means=Means.CPE, idnat="3310099999/CPE0000042", profession="60", categorie="")
HOLDER = {"nom": "Castelnau", "prenom": "Irène"}  # of the accounts these cards are paired to
FIRST, PAIR = "/connexion/premiere/", "/connexion/appairage/"


def holding(client, verified, *, door="medecin") -> Attempt:
    """This browser has presented a card; `arrive` comes next."""
    now = timezone.now()
    attempt = actions.begin(door=door, next_path="", now=now, by=BY)
    assert actions.verify(attempt, verified=verified, now=now, by=BY)
    session = client.session
    session[arrival.ATTEMPT] = str(attempt.pk)
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    attempt.refresh_from_db()
    return attempt


def arrive(client, attempt):
    request = RequestFactory().get("/connexion/carte/retour/")
    request.session, request.actor, request.request_id = client.session, BY, "demande1"
    request.user = User()
    request._messages = default_storage(request)
    answer = arrival.arrive(request, attempt)
    request._messages.update(answer)
    if request.session.session_key:
        request.session.save()
        client.cookies[settings.SESSION_COOKIE_NAME] = request.session.session_key
    return answer


@pytest.mark.parametrize("form", [FirstForm(), FirstAssistantForm(is_invited=lambda email: True)])
def test_a_first_sign_in_says_what_the_password_is_for(form):
    """CON-8, CON-9."""
    assert "Pour une connexion OTP sans passer par Pro Santé Connect" in form["mot_de_passe"].help_text


def test_an_identity_is_written_once_on_an_attempt(client):
    attempt = holding(client, NEWCOMER)
    assert not actions.verify(attempt, verified=NURSE, now=timezone.now(), by=BY)


def test_identity_goes_through_json_unchanged(client):
    known = replace(NEWCOMER, former_idnats=("0319999990",))
    assert Verified.from_json(holding(client, known).identity) == known


class TestKnown:
    def test_the_card_alone_opens(self, client):
        """CON-7: neither password nor code."""
        user = MedecinFactory(first_strong_at=None)
        answer = arrive(client, holding(client, replace(NEWCOMER, idnat=user.login)))
        assert answer.url == "/medecin/"
        session = Session.objects.get(user=user)
        assert session.means == "cps"
        user.refresh_from_db()
        assert user.first_strong_at
        assert user.last_sign_in_means == "cps"

    def test_lifts_the_lock_of_the_password(self, client):
        user = MedecinFactory(locked_at=timezone.now())
        arrive(client, holding(client, replace(NEWCOMER, idnat=user.login)))
        user.refresh_from_db()
        assert user.locked_at is None
        assert Entry.objects.filter(event="compte.unlocked", user=user).exists()

    def test_follows_adeli_to_rpps(self, client):
        user = MedecinFactory(login="0319999990")
        arrive(client, holding(client, replace(NEWCOMER, former_idnats=("0319999990",))))
        assert Session.objects.filter(user=user).exists()
        assert list(user.identites.filter(ended_at=None).values_list("idnat", flat=True)) == [NEWCOMER.idnat]

    def test_disabled(self, client):
        user = MedecinFactory(disabled_at=timezone.now())
        assert arrive(client, holding(client, replace(NEWCOMER, idnat=user.login))).status_code == 403
        assert not Session.objects.filter(user=user).exists()

    def test_the_same_attempt_opens_once(self, client):
        user = MedecinFactory()
        attempt = holding(client, replace(NEWCOMER, idnat=user.login))
        arrive(client, attempt)
        assert arrive(client, attempt).status_code == 403


class TestRefused:
    @pytest.mark.parametrize("who", [NURSE, replace(NEWCOMER, categorie="E")], ids=["nurse", "student"])
    def test_who_is_no_medecin_needs_an_invitation(self, client, who):
        """CON-9: what follows is in tests/espaces/test_assistant.py."""
        assert arrive(client, holding(client, who)).url == "/connexion/assistant/"
        assert client.get(FIRST).url == "/connexion/assistant/"

    @pytest.mark.parametrize("path", [FIRST, PAIR])
    def test_without_an_identity_back_to_the_doors(self, client, path):
        assert client.get(path).url == "/"


class TestFirst:
    """CON-8."""

    TYPED = {
        "email": "irene@cabinet.example",
        "telephone": "01 99 00 12 34",
        "adresse": "1 rue de l’Essai\n31000 Toulouse",
        "mot_de_passe": "une phrase assez longue",
        "mot_de_passe_bis": "une phrase assez longue",
    }

    def test_shows_what_the_card_says_and_asks_the_rest(self, client):
        assert arrive(client, holding(client, NEWCOMER)).url == FIRST
        text = client.get(FIRST).text
        assert "Castelnau" in text
        assert "vous vous connectez pour la première fois" in text
        assert 'name="nom"' not in text

    @pytest.mark.parametrize("is_listed", [True, False])
    def test_the_card_says_no_specialite_the_directory_does(self, client, is_listed):
        if is_listed:
            listed(NEWCOMER.idnat, savoir_faire_type="S", savoir_faire_label="Gériatrie")
        holding(client, NEWCOMER)
        text = client.get(FIRST).text
        assert ("Gériatrie" in text) is ("annuaire national" in text) is is_listed
        client.post(FIRST, self.TYPED)
        assert User.objects.get(login=NEWCOMER.idnat).specialite == ("Gériatrie" if is_listed else "")

    def test_creates_the_account_then_the_charte(self, client):
        holding(client, NEWCOMER)
        answer = client.post(FIRST, {**self.TYPED, "nom": "Forgé", "profession": "60"})
        assert answer.url == "/medecin/"
        user = User.objects.get(login=NEWCOMER.idnat)
        assert (user.nom, user.prenom, user.profession) == ("Castelnau", "Irène", "10")
        assert user.first_strong_at
        assert user.check_password(self.TYPED["mot_de_passe"])
        assert client.get("/medecin/").url == "/charte/"

    def test_the_address_is_confirmed_by_a_button_not_by_the_link(self, client):
        holding(client, NEWCOMER)
        client.post(FIRST, self.TYPED)
        text, _ = secrets.unseal(Message.objects.get(to=self.TYPED["email"]).secret_body)
        link = re.search(r"/mon-compte/verifier/\S+", text)[0]
        user = User.objects.get(login=NEWCOMER.idnat)
        assert client.get(link).status_code == 200
        user.refresh_from_db()
        assert user.email_verified_at is None
        client.post(link)
        user.refresh_from_db()
        assert user.email_verified_at
        assert client.get(link).status_code == 404, "once"
        assert not Message.objects.filter(subject__contains="a changé").exists(), "it has not changed"

    def test_the_link_may_be_asked_for_again(self, client):
        holding(client, NEWCOMER)
        client.post(FIRST, self.TYPED)
        client.post("/charte/", {"accepte": "on", "version": "2026-11"})
        assert "à confirmer" in client.get("/mon-compte/").text
        page = client.get("/mon-compte/adresse-e-mail/").text
        assert f'value="{self.TYPED["email"]}"' in page
        asked = {"target": self.TYPED["email"], "ancien": self.TYPED["mot_de_passe"]}
        assert client.post("/mon-compte/adresse-e-mail/", asked).status_code == 302
        links = [secrets.unseal(one.secret_body)[0] for one in Message.objects.filter(to=self.TYPED["email"])]
        assert len(links) == 2
        answers = [client.get(re.search(r"/mon-compte/verifier/\S+", text)[0]).status_code for text in links]
        assert sorted(answers) == [200, 404], "the former link dies"

    def test_the_address_of_another_account(self, client):
        """COM-4: the sentence stands at the field, what was typed stays, and the same attempt goes on."""
        UserFactory(email=self.TYPED["email"])
        holding(client, NEWCOMER)
        answer = client.post(FIRST, self.TYPED)
        assert answer.status_code == 422
        assert 'href="#id_email"' in answer.text
        assert "Cette adresse e-mail est déjà celle d’un autre compte." in answer.text
        for name in ("email", "telephone"):
            assert f'value="{self.TYPED[name]}"' in answer.text
        assert "31000 Toulouse" in answer.text
        assert "Associez-y votre carte" in answer.text
        assert not User.objects.filter(login=NEWCOMER.idnat).exists()
        assert not Identite.objects.exists()
        assert not Message.objects.exists()
        assert client.post(FIRST, self.TYPED | {"email": "autre@cabinet.example"}).url == "/medecin/"

    @pytest.mark.parametrize(
        ("field", "typed", "words"),
        [
            ("email", "", "Saisissez votre adresse e-mail"),
            ("email", "pas-une-adresse", "n’est pas complète"),
            ("adresse", "", "Saisissez votre adresse professionnelle"),
            ("mot_de_passe_bis", "autre chose d’assez long", "ne sont pas identiques"),
        ],
    )
    def test_bad_input_is_told_and_kept(self, client, field, typed, words):
        holding(client, NEWCOMER)
        answer = client.post(FIRST, {**self.TYPED, field: typed})
        assert answer.status_code == 422
        assert words in answer.text
        assert "01 99 00 12 34" in answer.text
        assert not User.objects.filter(login=NEWCOMER.idnat).exists()

    def test_weak_password(self, client):
        holding(client, NEWCOMER)
        weak = {"mot_de_passe": "court", "mot_de_passe_bis": "court"}
        assert client.post(FIRST, {**self.TYPED, **weak}).status_code == 422
        assert not User.objects.filter(login=NEWCOMER.idnat).exists()

    def test_codes_wait_for_the_confirmed_address(self, client):
        holding(client, NEWCOMER)
        client.post(FIRST, self.TYPED)
        client.post("/deconnexion/")
        typed = {"identifiant": NEWCOMER.idnat, "mot_de_passe": self.TYPED["mot_de_passe"]}
        client.post("/connexion/medecin/", typed)
        assert "pas encore confirmée" in client.get("/connexion/code/").text


class TestPairing:
    """CPX-2, CPX-3: user name, password and code once; then the card alone."""

    def give_password(self, client, user, password=PASSWORD):
        return client.post(PAIR, {"identifiant": user.login, "mot_de_passe": password})

    def test_then_the_card_is_enough(self, client):
        user = UserFactory(**HOLDER)
        assert arrive(client, holding(client, NURSE, door="professionnel")).url == PAIR
        assert "3310099999/CPE0000042" in client.get(PAIR).text
        assert self.give_password(client, user).url == "/connexion/code/"
        assert client.post("/connexion/code/", {"code": last_code()}).url == "/professionnel/"
        assert user.identites.get().idnat == NURSE.idnat
        assert Session.objects.get(user=user).means == "cpe"
        assert Message.objects.filter(to=user.email, subject__contains="associé").count() == 1
        client.post("/deconnexion/")
        assert arrive(client, holding(client, NURSE, door="professionnel")).url == "/professionnel/"

    def test_a_medecin_who_has_an_account_in_his_hospital_keeps_it(self, client):
        """COM-1, CON-11: one account, both spaces."""
        user = UserFactory(**HOLDER)
        assert arrive(client, holding(client, NEWCOMER)).url == FIRST
        self.give_password(client, user)
        assert client.post("/connexion/code/", {"code": last_code()}).url == "/medecin/"
        assert client.get("/medecin/").status_code == 200
        user.refresh_from_db()
        assert user.is_medecin
        assert User.objects.count() == 1

    def test_needs_the_code_even_in_a_trusted_browser(self, client):
        user = UserFactory(**HOLDER)
        client.post("/connexion/professionnel/", {"identifiant": user.login, "mot_de_passe": PASSWORD})
        client.post("/connexion/code/", {"code": last_code()})
        client.post("/deconnexion/")
        Attempt.objects.all().delete()
        holding(client, NURSE, door="professionnel")
        assert self.give_password(client, user).url == "/connexion/code/"
        assert not user.identites.exists()

    def test_wrong_password_pairs_nothing(self, client):
        user = UserFactory(**HOLDER)
        holding(client, NURSE, door="professionnel")
        assert self.give_password(client, user, "faux").status_code == 422
        assert not user.identites.exists()

    def test_a_medecin_who_never_came_by_card_comes_by_it_now(self, client):
        user = MedecinFactory(login="imedecin", idnat="899100088888", first_strong_at=None)
        holding(client, replace(NEWCOMER, idnat="899100088889"), door="professionnel")
        assert self.give_password(client, user).url == "/connexion/code/"

    def test_number_of_another_account(self):
        """CPX-4: one identity, one account."""
        owner, other = MedecinFactory(), UserFactory(**HOLDER)
        taken = replace(NEWCOMER, idnat=owner.login)
        attempt = Attempt.objects.create(
            door="medecin", user=other, identity=asdict(taken), ends=timezone.now() + timedelta(minutes=5)
        )
        with pytest.raises(ValidationError, match="déjà associé à un autre compte"):
            actions.pair(attempt, now=timezone.now(), by=BY)

    def test_a_number_taken_meanwhile_is_refused_with_a_page(self, client):
        """CPX-4: the other account took it between the password and the code."""
        user = UserFactory(**HOLDER)
        holding(client, NURSE, door="professionnel")
        self.give_password(client, user)
        Identite.objects.create(user=UserFactory(), idnat=NURSE.idnat, kind=Identite.Kind.STRUCTURE)
        answer = client.post("/connexion/code/", {"code": last_code()})
        assert answer.status_code == 403
        assert "déjà associé à un autre compte" in answer.text
        assert not Session.objects.filter(user=user).exists()


class TestRemoval:
    def test_ends_and_tells(self, client):
        user = MedecinFactory()
        identite = user.identites.get()
        for _ in range(2):
            actions.remove(identite, ancien=PASSWORD, now=timezone.now(), by=as_medecin(user))
        identite.refresh_from_db()
        assert identite.ended_at
        assert Message.objects.filter(subject__contains="retiré").count() == 1

    def test_check_18_the_password_is_asked(self, client):
        user = MedecinFactory()
        sign_in(client, user)
        path = f"/mon-compte/appairages/{user.identites.get().pk}/retirer/"
        assert client.get(path).status_code == 200
        for typed in ("", "pas le bon"):
            assert client.post(path, {"ancien": typed}).status_code == 422
        assert user.identites.get().ended_at is None
        assert client.post(path, {"ancien": PASSWORD}).url == "/mon-compte/"
        assert user.identites.get().ended_at

    def test_a_medecin_pairs_again_instead_of_opening_a_second_account(self, client):
        user = MedecinFactory()
        actions.remove(user.identites.get(), ancien=PASSWORD, now=timezone.now(), by=as_medecin(user))
        again = replace(NEWCOMER, idnat=user.login)
        assert arrive(client, holding(client, again)).url == PAIR

    def test_somebody_else_s(self, client):
        other = MedecinFactory().identites.get()
        sign_in(client, MedecinFactory())
        assert client.post(f"/mon-compte/appairages/{other.pk}/retirer/").status_code == 404

    def test_the_only_means_of_signing_in_cannot_be_removed(self):
        user = MedecinFactory()
        user.set_unusable_password()
        user.save()
        with pytest.raises(Exception, match="seul moyen de connexion"):
            actions.remove(user.identites.get(), ancien="", now=timezone.now(), by=as_medecin(user))


def test_the_name_of_the_card_is_kept_and_followed(client):
    """An invitation is compared with it, not with what the account says (CON-9)."""
    user = UserFactory(nom="Durand", prenom="Irène")
    holding(client, NURSE, door="professionnel")
    client.post(PAIR, {"identifiant": user.login, "mot_de_passe": PASSWORD})
    for _ in range(2):  # at another name: twice (CPX-2)
        client.post("/connexion/code/", {"code": last_code()})
    assert user.proved_names() == [("Castelnau", "Irène")]
    client.post("/deconnexion/")
    arrive(client, holding(client, replace(NURSE, nom="Castelnau-Petit"), door="professionnel"))
    assert user.proved_names() == [("Castelnau-Petit", "Irène")]
    user.identites.update(ended_at=timezone.now())
    assert user.proved_names() == [("Durand", "Irène")]
