"""Signing in as a browser does: doors, code page, trust, sessions, limits (CON-1 to CON-6, CON-13)."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.utils import timezone
from limits import parse

from accounts.models import Session
from authcps import limits, psc
from authcps.models import Attempt
from courrier.models import Message
from journal.models import Entry
from tests.authcps.test_actions import last_code, wrong
from tests.factories import PASSWORD, MedecinFactory, UserFactory, sign_in
from viatraj.core.actor import Means

pytestmark = pytest.mark.django_db
MEDECIN, CODE = "/connexion/medecin/", "/connexion/code/"


@pytest.fixture
def medecin(db):
    return MedecinFactory(nom="Leclercq", prenom="Christine", email="christine@cabinet.example")


def password(client, login, typed=PASSWORD, path=MEDECIN, **more):
    return client.post(path, {"identifiant": login, "mot_de_passe": typed, **more})


def enter(client, user, **known):
    password(client, user.login, **known)
    return client.post(CODE, {"code": last_code()})


class TestDoors:
    def test_home_shows_two_doors(self, client):
        """CON-1."""
        text = client.get("/").text
        for words in ("Médecins libéraux", "Professionnels en établissement", "S’identifier par carte CPS"):
            assert words in text
        assert settings.SUPPORT_PHONE in text
        assert "Mot de passe oublié" in text

    def test_medecin_s_door_shows_three_ways_two_of_them_closed(self, client):
        """CON-2, CON-3."""
        text = client.get(MEDECIN).text
        for words in ("Se connecter par CPS", "Se connecter par e-CPS", "Comment faire", "Besoin d’aide"):
            assert words in text
        assert "uniquement possible si vous vous êtes déjà connecté par CPS ou e-CPS" in text

    def test_refusal_is_422_keeps_the_login_and_never_the_password(self, client, medecin):
        answer = password(client, medecin.login, "mauvais-secret")
        assert answer.status_code == 422
        assert f'value="{medecin.login}"' in answer.text
        assert "mauvais-secret" not in answer.text
        assert answer.text.count("<title>Erreur") == 1

    def test_refusals_read_alike(self, client, medecin):
        locked = MedecinFactory(locked_at=timezone.now())
        bodies = {
            re.sub(r'value="[^"]*"|n° [0-9a-f]+', "", password(client, login, typed).text)
            for login, typed in ((medecin.login, "faux"), ("personne", "faux"), (locked.login, PASSWORD))
        }
        assert len(bodies) == 1

    def test_empty_fields(self, client):
        answer = password(client, "", "")
        assert answer.status_code == 422
        assert "Saisissez votre identifiant." in answer.text
        assert "Saisissez votre mot de passe." in answer.text


class TestCodePage:
    def test_says_when_and_where_masked(self, client, medecin):
        """CON-5."""
        answer = password(client, medecin.login)
        assert answer.url == CODE
        text = client.get(CODE).text
        assert "J’ai reçu mon code" in text
        assert "Un code OTP vous a été envoyé par mail à" in text
        assert "christine@" not in text
        assert "@cabinet.example" in text

    def test_right_code_opens_the_medecin_s_space(self, client, medecin):
        before = client.session.session_key
        answer = enter(client, medecin)
        assert answer.url == "/medecin/"
        assert client.session.session_key != before
        session = Session.objects.get(user=medecin)
        assert session.means == "mail"
        assert session.ends - session.last_seen <= timedelta(hours=8)
        medecin.refresh_from_db()
        assert medecin.last_sign_in_means == "mail"
        assert Entry.objects.filter(event="connexion.opened", user=medecin, means="mail").exists()

    def test_spaces_in_the_code(self, client, medecin):
        password(client, medecin.login)
        code = last_code()
        assert client.post(CODE, {"code": f" {code[:3]} {code[3:]} "}).status_code == 302

    @pytest.mark.parametrize("typed", ["", "12345", "abcdef", "１２３４５６"])
    def test_what_is_no_code(self, client, medecin, typed):
        password(client, medecin.login)
        assert client.post(CODE, {"code": typed}).status_code == 422

    def test_wrong_code(self, client, medecin):
        password(client, medecin.login)
        answer = client.post(CODE, {"code": wrong(last_code())})
        assert answer.status_code == 422
        assert "n’est pas reconnu" in answer.text
        assert not Session.objects.filter(user=medecin).exists()

    def test_code_of_one_browser_is_worth_nothing_in_another(self, client, medecin):
        password(client, medecin.login)
        code = last_code()
        other = Client()
        with time_machine.travel(timezone.now() + timedelta(seconds=61)):
            password(other, medecin.login)
            assert other.post(CODE, {"code": code}).status_code == 422

    def test_without_attempt_back_to_the_doors(self, client):
        assert client.get(CODE).url == client.post(CODE, {"code": "123456"}).url == "/"

    def test_asking_again_at_once_says_to_wait(self, client, medecin):
        password(client, medecin.login)
        assert client.post(f"{CODE}renvoyer/").url == CODE
        assert "Attendez une minute" in client.get(CODE).text
        assert Message.objects.count() == 1

    def test_page_asked_for_first(self, client, medecin):
        answer = client.get("/medecin/delegations/")
        assert answer.url == f"{MEDECIN}?suite=/medecin/delegations/"
        assert enter(client, medecin, suite="/medecin/delegations/").url == "/medecin/delegations/"

    @pytest.mark.parametrize(
        "suite", ["https://ailleurs.example/", "//ailleurs.example", "javascript:alert(1)", "\\x"]
    )
    def test_never_sent_elsewhere(self, client, medecin, suite):
        assert enter(client, medecin, suite=suite).url == "/medecin/"


class TestTrust:
    def test_second_sign_in_of_the_same_browser_needs_no_code(self, client, medecin):
        """CON-6."""
        enter(client, medecin)
        client.post("/deconnexion/")
        assert password(client, medecin.login).url == "/medecin/"
        assert Session.objects.get(user=medecin).means == "trusted"

    def test_a_trust_cookie_put_there_beforehand_is_replaced(self, client, medecin):
        client.cookies[settings.TRUST_COOKIE_NAME] = "choisi par un autre"
        enter(client, medecin)
        thief = Client()
        thief.cookies[settings.TRUST_COOKIE_NAME] = "choisi par un autre"
        assert password(thief, medecin.login).url == CODE

    def test_cookie(self, client, medecin):
        cookie = enter(client, medecin).cookies[settings.TRUST_COOKIE_NAME]
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"


class TestSession:
    def test_idle_half_an_hour(self, client, medecin):
        sign_in(client, medecin)
        with time_machine.travel(timezone.now() + timedelta(minutes=29)):
            assert client.get("/mon-compte/").status_code == 200
        with time_machine.travel(timezone.now() + timedelta(minutes=58)):
            assert client.get("/mon-compte/").status_code == 200, "seen after 29 minutes: pushed"
        with time_machine.travel(timezone.now() + timedelta(minutes=89)):
            assert client.get("/mon-compte/").status_code == 302

    def test_eight_hours_at_most(self, client, medecin):
        sign_in(client, medecin)
        start = timezone.now()
        for minutes in range(25, 480, 25):
            with time_machine.travel(start + timedelta(minutes=minutes)):
                assert client.get("/mon-compte/").status_code == 200
        with time_machine.travel(start + timedelta(hours=8, seconds=1)):
            assert client.get("/mon-compte/").status_code == 302

    def test_sign_out_is_a_post_and_ends_the_row(self, client, medecin):
        sign_in(client, medecin)
        assert client.get("/deconnexion/").status_code == 405
        client.post("/deconnexion/")
        assert not Session.objects.filter(user=medecin).exists()
        assert Entry.objects.filter(event="connexion.closed").count() == 1
        assert client.get("/mon-compte/").status_code == 302

    def test_disabling_ends_at_the_next_click(self, client, medecin):
        sign_in(client, medecin)
        medecin.disabled_at = timezone.now()
        medecin.save()
        assert client.get("/mon-compte/").status_code == 302

    def test_new_password_ends_other_sessions(self, client, medecin):
        sign_in(client, medecin)
        medecin.set_password("un autre mot de passe")
        medecin.save()
        assert client.get("/mon-compte/").status_code == 302

    def test_locking_leaves_living_sessions(self, client, medecin):
        """It closes the password door only: else anybody could lock a médecin out."""
        sign_in(client, medecin)
        for _ in range(5):
            password(Client(), medecin.login, "faux")
        medecin.refresh_from_db()
        assert medecin.locked_at
        assert client.get("/mon-compte/").status_code == 200

    def test_closing_one_s_other_sessions(self, client, medecin):
        other = sign_in(Client(), medecin)
        sign_in(client, medecin)
        assert "1 autre session ouverte" in client.get("/mon-compte/").text
        client.post("/mon-compte/sessions/")
        assert other.get("/mon-compte/").status_code == 302
        assert client.get("/mon-compte/").status_code == 200

    def test_password_alone_is_no_way_into_the_admin(self, client):
        support = UserFactory(is_staff=True)
        client.force_login(support)
        assert client.get("/gestion/").status_code == 403
        assert client.get("/gestion/journal/entry/").status_code == 302
        sign_in(client, support, means=Means.CPE)
        assert client.get("/gestion/").status_code == 200


class TestCharte:
    """CON-8, CON-13."""

    @pytest.fixture
    def newcomer(self, client):
        user = MedecinFactory(charte=False)
        sign_in(client, user)
        return user

    def test_comes_before_anything_else(self, client, newcomer):
        assert client.get("/medecin/delegations/").url == "/charte/"
        assert client.post("/deconnexion/").status_code == 302

    def test_must_be_ticked(self, client, newcomer):
        answer = client.post("/charte/", {"version": "2026-11"})
        assert answer.status_code == 422
        assert not newcomer.acceptations.exists()

    def test_another_version_than_the_one_that_was_read(self, client, newcomer):
        """CON-13: said; the page shown again asks for the new one."""
        answer = client.post("/charte/", {"accepte": "on", "version": "2025-01"})
        assert answer.status_code == 422
        assert "La charte a changé" in answer.text
        assert not newcomer.acceptations.exists()
        assert 'name="version" value="2026-11"' in answer.text
        assert "checked" not in answer.text

    def test_accepted_once_then_back_to_the_page(self, client, newcomer):
        client.get("/medecin/delegations/")
        page = client.get("/charte/").text
        assert "J’ai lu et accepte les conditions ci-dessus" in page
        answer = client.post("/charte/", {"accepte": "on", "version": "2026-11"})
        assert answer.url == "/medecin/delegations/"
        assert newcomer.acceptations.get().version == "2026-11"
        assert client.get("/medecin/delegations/").status_code == 200


class TestLimits:
    def test_spraying_from_one_address_is_slowed(self, client):
        for n in range(20):
            assert password(client, f"compte{n}", "faux").status_code == 422
        answers = [password(client, "encore", "faux") for _ in range(21)]
        assert [answer.status_code for answer in answers].count(429) == 1
        assert int(answers[-1]["Retry-After"]) > 0
        assert "réessayer" in answers[-1].text

    def test_one_person_s_mistakes_do_not_slow_a_hospital(self, client):
        for _ in range(60):
            password(client, "compte", "faux")
        assert password(client, UserFactory().login, path="/connexion/professionnel/").url == CODE

    def test_a_right_password_is_never_refused_for_what_others_do(self, client, medecin):
        """MDP-2, CON-6: 60 unknown and wrong names from the hospital's one address, then its own people."""
        others = [UserFactory() for _ in range(5)]
        for n in range(60):
            password(client, others[n % 5].login if n % 12 == 0 else f"compte{n}", "faux")
        assert password(client, "encore-un", "faux").status_code == 429
        assert password(client, medecin.login, PASSWORD).url == CODE
        assert password(client, UserFactory().login, path="/connexion/professionnel/").url == CODE

    def test_past_the_budget_unknown_and_wrong_are_answered_alike(self, client, medecin):
        """A 429 that only unknown names would get would tell which names are known."""
        for n in range(41):
            password(client, f"compte{n}", "faux")
        answers = [password(client, name, "faux") for name in (medecin.login, "personne")]
        assert [answer.status_code for answer in answers] == [429, 429]
        waits = [
            re.findall(r"Vous pourrez réessayer dans <strong>[^<]+</strong>", answer.text)
            for answer in answers
        ]
        texts = [answer.text.replace(answer["X-Request-ID"], "") for answer in answers]
        # A second passes between the two: the delay that is left is the one thing that may differ.
        assert texts[0].replace(waits[0][0], "") == texts[1].replace(waits[1][0], "")

    def test_a_storm_on_the_whole_service_refuses_no_right_password(self, client, medecin, monkeypatch):
        monkeypatch.setattr(limits, "EVERYBODY", parse("3/minute"))
        for n in range(24):
            typed = {"identifiant": f"compte{n}", "mot_de_passe": "faux"}
            client.post(MEDECIN, typed, REMOTE_ADDR=f"198.51.100.{n}")
        assert limits.is_slowed("192.0.2.99")
        assert password(client, medecin.login, PASSWORD).url == CODE

    def test_a_program_that_signs_one_account_in_again_and_again_is_stopped(
        self, client, medecin, monkeypatch
    ):
        """Near miss: the budget is that account's; its neighbour's is whole."""
        monkeypatch.setattr(limits, "RIGHT", parse("3/minute"))
        answers = [password(client, medecin.login, PASSWORD).status_code for _ in range(4)]
        assert answers == [302, 302, 302, 429]
        assert password(client, MedecinFactory().login, PASSWORD).status_code == 302

    @pytest.mark.parametrize("path", ["/connexion/carte/", "/connexion/psc/"])
    def test_beginning_by_card_or_psc_is_never_refused(self, client, path, monkeypatch):
        """In a storm of beginnings from one address, cards still come in; the journal does not fill."""
        monkeypatch.setattr(limits, "BEGUN", parse("2/minute"))
        monkeypatch.setattr(psc, "authorization", lambda again: {"url": "https://psc.example/", "state": "x"})
        monkeypatch.setattr(psc, "keep", lambda *_: None)
        answers = [client.post(path, {"porte": "medecin"}) for _ in range(5)]
        assert [answer.status_code for answer in answers] == [302] * 5
        assert Attempt.objects.count() == 5
        assert Entry.objects.filter(event="connexion.begun").count() == 2
        assert Entry.objects.filter(event="carte.challenged").count() <= 2
        client.post(path, {"porte": "medecin"}, REMOTE_ADDR="198.51.100.7")
        assert Entry.objects.filter(event="connexion.begun").count() == 3, "another address is no storm"

    def test_dead_valkey_lets_begin(self, client, settings):
        settings.REDIS_URL = "redis://127.0.0.1:1/0"
        limits._limiter.cache_clear()
        assert client.post("/connexion/carte/", {"porte": "medecin"}).status_code == 302

    def test_dead_valkey_lets_pass(self, client, settings, medecin):
        settings.REDIS_URL = "redis://127.0.0.1:1/0"
        limits._limiter.cache_clear()
        assert password(client, medecin.login, "faux").status_code == 422
        assert enter(client, medecin).url == "/medecin/"
