"""«Mot de passe oublié ?» as a browser sees it, and «Mon compte» (MDP-1, MDP-2, MDP-4, CON-2, COM-5)."""

import json
import re
import time
from datetime import timedelta

import altcha
import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import actions, captcha, limits
from accounts.models import ChangementAdresse, Session
from authcps.models import CodeDevice, TrustedBrowser
from courrier import secrets
from courrier.delivery import Sender
from courrier.models import Message
from journal.models import Entry
from tests.authcps.test_actions import last_code
from tests.factories import PASSWORD, MedecinFactory, UserFactory, sign_in
from viatraj.core.actor import Actor
from viatraj.core.typography import long_day

pytestmark = pytest.mark.django_db
FORGOTTEN, SENT = "/mot-de-passe/oublie/", "/mot-de-passe/oublie/envoye/"
NEW = "la barque verte du lac"
TWICE = {"mot_de_passe": NEW, "mot_de_passe_bis": NEW}


def ask(client, login, **more):
    return client.post(FORGOTTEN, {"identifiant": login, **more})


def text_of(message) -> str:
    return secrets.unseal(message.secret_body)[0] if message.secret_body else message.text


def link_in(message) -> str:
    return re.search(r"https?://[^/\s]+(/\S+)", text_of(message))[1]


def reset_link(client, user) -> str:
    ask(client, user.login)
    return link_in(Message.objects.filter(to=user.email).latest("pk"))


def test_the_last_day_of_a_new_password_is_said(client):
    """MDP-1, MDP-3: on the page that confirms it, in the mail, in «Mon compte»."""
    user, until = MedecinFactory(), f"jusqu’au {long_day(timezone.localdate() + timedelta(days=180))}"
    page = client.post(reset_link(client, user), TWICE, follow=True)
    assert f"il est valable {until}" in page.text.replace("&nbsp;", " ")
    assert f"Il est valable {until}" in Message.objects.filter(to=user.email).latest("pk").text
    user.refresh_from_db()
    sign_in(client, user)
    again = {"ancien": NEW, **dict.fromkeys(TWICE, "une autre barque, plus verte")}
    changed = client.post("/mon-compte/mot-de-passe/", again, follow=True)
    assert f"il est valable {until}" in changed.text
    assert "il est valable" not in Client().get("/mot-de-passe/enregistre/").text


class TestForgotten:
    def test_from_the_link_to_the_new_password(self, client):
        """MDP-1; check 10: sessions end, the lock is lifted, the owner is told, the code still asked."""
        user = MedecinFactory(locked_at=timezone.now())
        sign_in(Client(), user)
        link = reset_link(client, user)
        assert "Choisir un nouveau mot de passe" in client.get(link).text
        assert user.check_password(PASSWORD), "looking changes nothing"
        answer = client.post(link, TWICE, follow=True)
        assert "Un message de confirmation vous est envoyé" in answer.text
        user.refresh_from_db()
        assert user.check_password(NEW)
        assert user.locked_at is None
        assert not Session.objects.filter(user=user).exists()
        assert Message.objects.filter(to=user.email, subject__contains="a changé").count() == 1
        typed = {"identifiant": user.login, "mot_de_passe": NEW}
        assert client.post("/connexion/medecin/", typed).url == "/connexion/code/"

    @pytest.mark.parametrize("typed", ["899012345678", "99012345678", "8 9901 2345 678"])
    def test_takes_the_number_of_the_card(self, client, typed):
        """CON-2."""
        user = MedecinFactory(login="899012345678")
        ask(client, typed)
        assert Message.objects.get().to == user.email

    def test_the_link_serves_once(self, client):
        """Check 10."""
        link = reset_link(client, UserFactory())
        client.post(link, TWICE)
        assert client.get(link).status_code == 404
        assert client.post(link, TWICE).status_code == 404

    @pytest.mark.parametrize(("hours", "status"), [(23.9, 200), (24.1, 404)])
    def test_the_link_lives_24_hours(self, client, hours, status):
        link = reset_link(client, UserFactory())
        with time_machine.travel(timezone.now() + timedelta(hours=hours)):
            assert client.get(link).status_code == status

    def test_the_link_dies_at_a_change_of_password_and_of_address(self, client):
        for change in (
            {"password": "autre"},
            {"email": "autre@cabinet.example"},
            {"disabled_at": timezone.now()},
        ):
            user = UserFactory()
            link = reset_link(client, user)
            type(user).objects.filter(pk=user.pk).update(**change)
            assert client.get(link).status_code == 404, change

    def test_the_link_is_one_account_s(self, client):
        link = reset_link(client, UserFactory())
        other = UserFactory()
        name = re.search(r"nouveau/([^.]+)\.", reset_link(client, other))[1]
        assert client.get(re.sub(r"nouveau/[^.]+\.", f"nouveau/{name}.", link)).status_code == 404

    @pytest.mark.parametrize("bad", ["x", "x.y", "MQ.", ".", "9" * 60 + ".x", "LTE.x"])
    def test_what_is_no_link(self, client, bad):
        assert client.get(f"/mot-de-passe/nouveau/{bad}/").status_code == 404

    def test_refused_password_keeps_the_link(self, client):
        link = reset_link(client, UserFactory())
        assert client.post(link, {**TWICE, "mot_de_passe_bis": "autre chose"}).status_code == 422
        answer = client.post(link, {"mot_de_passe": "azertyuiopqs", "mot_de_passe_bis": "azertyuiopqs"})
        assert answer.status_code == 422
        assert "trop courant" in answer.text
        assert client.post(link, TWICE).status_code == 302

    def test_an_attempt_under_way_and_trust_end_with_the_old_password(self, client):
        """Check 17: a code of before is worth nothing, a browser known before is no longer."""
        user = MedecinFactory()
        typed = {"identifiant": user.login, "mot_de_passe": PASSWORD}
        client.post("/connexion/medecin/", typed)
        code = last_code()
        thief = Client()
        with time_machine.travel(timezone.now() + timedelta(minutes=2)):
            actions.choose_password(user, password=NEW, now=timezone.now(), by=Actor.system("test"))
            assert client.post("/connexion/code/", {"code": code}).url == "/"
        assert not thief.session.get("_auth_user_id")
        assert not Session.objects.filter(user=user).exists()

    def test_trusted_browser_ends(self, client):
        user = MedecinFactory()
        client.post("/connexion/medecin/", {"identifiant": user.login, "mot_de_passe": PASSWORD})
        client.post("/connexion/code/", {"code": last_code()})
        later = timezone.now() + timedelta(minutes=2)
        assert TrustedBrowser.objects.living(later).exists()
        actions.choose_password(user, password=NEW, now=later, by=Actor.system("test"))
        assert not TrustedBrowser.objects.living(later).exists()


class TestAlike:
    """MDP-2; checks 8 and 10: unknown, disabled and known read, cost and look alike."""

    def test_same_answer(self, client):
        logins = [UserFactory().login, UserFactory(disabled_at=timezone.now()).login, "personne"]
        answers = [ask(Client(), login) for login in logins]
        assert {(answer.status_code, answer.url) for answer in answers} == {(302, SENT)}
        text = client.get(SENT).text
        assert "Si ce nom d’utilisateur est celui d’un compte" in text

    def test_same_statements(self):
        known, disabled = UserFactory(), UserFactory(disabled_at=timezone.now())
        by, now = Actor.anonymous("192.0.2.7"), timezone.now()
        actions.ask_new_password(identifiant=UserFactory().login, now=now, by=by)  # caches are warm
        seen = []
        for name in (known.login, disabled.login, "personne"):
            with CaptureQueriesContext(connection) as queries:
                actions.ask_new_password(identifiant=name, now=now, by=by)
            seen.append([re.sub(r"'[^']*'|\d+|NULL", "?", one["sql"])[:60] for one in queries])
        assert seen[0] == seen[1] == seen[2]

    @pytest.mark.django_db(transaction=True)
    def test_the_letter_for_an_unknown_name_is_never_sent(self):
        ask(Client(), "personne")
        with Sender() as sender:
            sender.deliver()
        assert [message.state for message in Message.objects.all()] == ["expired"]

    def test_no_mailbox_is_filled(self, client):
        user = UserFactory()
        with time_machine.travel("2026-11-21T10:00:10Z", tick=False):
            for _ in range(3):
                ask(client, user.login)
        assert Message.objects.filter(to=user.email).count() == 1


class TestProofOfWork:
    """«Code de sécurité»."""

    def solved(self, client) -> str:
        defi = client.get(FORGOTTEN).context["challenge"]
        challenge = altcha.Challenge.from_dict(json.loads(defi))
        return altcha.Payload(challenge, altcha.solve_challenge(challenge)).to_base64()

    @pytest.fixture(autouse=True)
    def cheap(self, monkeypatch):
        monkeypatch.setattr(captcha, "COST", 1)

    def test_counts_once(self, client):
        proof = self.solved(client)
        assert captcha.is_proved(proof)
        assert not captcha.is_proved(proof)

    def test_forged_or_expired(self, client):
        challenge = altcha.create_challenge("PBKDF2/SHA-256", 1, hmac_secret="à eux")
        assert not captcha.is_proved(altcha.Payload(challenge, altcha.solve_challenge(challenge)).to_base64())
        proof = self.solved(client)
        with time_machine.travel(timezone.now() + timedelta(hours=1, seconds=2)):
            assert not captcha.is_proved(proof)
        assert not captcha.is_proved("n’importe quoi")

    def test_without_script_a_delay_then_a_limit(self, client):
        shown = captcha.shown(now=time.time())
        answers = [ask(client, "personne", affichee=shown) for _ in range(4)]
        assert [answer.status_code for answer in answers] == [302, 302, 302, 422]
        assert "attendez 30 secondes" in answers[-1].text
        old = captcha.shown(now=time.time() - 31)
        assert ask(client, "personne", affichee=old).status_code == 302
        assert ask(client, "personne", affichee="1:faux").status_code == 422
        slowed = [ask(client, "personne", affichee=old).status_code for _ in range(20)]
        assert slowed[-1] == 429

    def test_with_a_proof_a_whole_hospital_may_ask(self, client):
        assert {ask(client, f"compte{n}", altcha=self.solved(client)).status_code for n in range(25)} == {302}

    def test_dead_valkey_lets_pass(self, client, settings):
        settings.REDIS_URL = "redis://127.0.0.1:1/0"
        limits.limiter.cache_clear()
        assert ask(client, "personne").status_code == 302


class TestExpired:
    """MDP-3; check 14: code → expired password → charte → page."""

    @pytest.fixture
    def late(self, client):
        user = MedecinFactory(password_changed_at=timezone.now() - timedelta(days=181), charte=False)
        sign_in(client, user)
        return user

    def test_nothing_else_opens_before(self, client, late):
        for path in ("/medecin/", "/mon-compte/", "/charte/", "/mon-compte/mot-de-passe/"):
            assert client.get(path).url == "/mot-de-passe/expire/", path
        assert client.post("/session/prolonger/").status_code == 204

    def test_then_the_charte_then_the_page(self, client, late):
        client.get("/medecin/delegations/")
        answer = client.post("/mot-de-passe/expire/", {"ancien": PASSWORD, **TWICE})
        assert answer.url == "/medecin/delegations/"
        assert client.get(answer.url).url == "/charte/"

    def test_a_card_has_nothing_to_renew(self, client, late):
        """CON-7."""
        sign_in(client, late, means="cps")
        assert client.get("/medecin/").url == "/charte/"

    def test_warned_on_every_page(self, client):
        sign_in(client, MedecinFactory(password_changed_at=timezone.now() - timedelta(days=170)))
        assert "Votre mot de passe expire le" in client.get("/dossiers/").text
        sign_in(client, MedecinFactory())
        assert "Votre mot de passe expire le" not in client.get("/dossiers/").text


class TestAccount:
    def test_change_keeps_this_session(self, client):
        """MDP-4; check 15: its key changes."""
        user = MedecinFactory()
        sign_in(client, user)
        other, key = sign_in(Client(), user), client.session.session_key
        assert client.post("/mon-compte/mot-de-passe/", {"ancien": PASSWORD, **TWICE}).url == "/mon-compte/"
        assert client.get("/mon-compte/").status_code == 200
        assert client.session.session_key != key
        assert other.get("/mon-compte/").status_code == 302

    def test_the_page_says_the_rules(self, client):
        sign_in(client, MedecinFactory(nom="Leclercq"))
        text = client.get("/mon-compte/mot-de-passe/").text
        assert "long de 12 à 128 caractères" in text
        assert "leclercq" in re.search(r'data-mots="([^"]*)"', text)[1]

    def test_last_sign_in_is_the_one_before(self, client):
        user = MedecinFactory(last_sign_in_at=timezone.now() - timedelta(days=3), last_sign_in_means="cps")
        client.post("/connexion/medecin/", {"identifiant": user.login, "mot_de_passe": PASSWORD})
        client.post("/connexion/code/", {"code": last_code()})
        text = client.get("/mon-compte/").text
        assert "Dernière connexion avant celle-ci" in text
        assert "carte CPS" in text

    def test_true_seconds_of_the_session(self, client):
        """Check 16: the page counts what the server will apply."""
        user = MedecinFactory()
        sign_in(client, user)
        end = timezone.now() + timedelta(minutes=10)
        session = client.session
        session["ends"] = end.isoformat()
        session.save()
        assert 590 < client.get("/mon-compte/").context["site"]["idle"] <= 600
        assert 590 < int(client.post("/session/prolonger/")["Session-Seconds"]) <= 600


class TestAddresses:
    """COM-5; checks 18 and 19."""

    @pytest.fixture
    def user(self, client):
        user = MedecinFactory(email="ancienne@cabinet.example")
        sign_in(client, user)
        return user

    def test_address_is_used_once_confirmed_and_the_former_is_told(self, client, user):
        typed = {"target": "nouvelle@cabinet.example", "ancien": PASSWORD}
        assert client.post("/mon-compte/adresse-e-mail/", typed).url == "/mon-compte/"
        user.refresh_from_db()
        assert user.email == "ancienne@cabinet.example"
        assert {message.to for message in Message.objects.all()} == {user.email, "nouvelle@cabinet.example"}
        link = link_in(Message.objects.get(to="nouvelle@cabinet.example"))
        telephone = Client()
        telephone.get(link)
        user.refresh_from_db()
        assert user.email == "ancienne@cabinet.example", "looking changes nothing"
        assert "C’est confirmé" in telephone.post(link).text
        user.refresh_from_db()
        assert user.email == "nouvelle@cabinet.example"
        assert CodeDevice.objects.get(user=user, channel="mail").target == user.email
        told = Message.objects.filter(to="ancienne@cabinet.example", subject__contains="a changé")
        assert told.count() == 1
        assert telephone.post(link).status_code == 404

    def test_the_password_is_asked(self, client, user):
        for path, target in (("adresse-e-mail", "x@y.example"), ("portable", "06 39 98 00 01")):
            answer = client.post(f"/mon-compte/{path}/", {"target": target, "ancien": "pas celui-ci"})
            assert answer.status_code == 422
            assert "n’est pas celui de votre compte" in answer.text
        assert not ChangementAdresse.objects.exists()

    def test_mobile_serves_once_verified(self, client, user):
        """CON-6; check 19."""
        client.post("/mon-compte/portable/", {"target": "06 39 98 00 01", "ancien": PASSWORD})
        sms = Message.objects.get(channel="sms")
        assert sms.to == "+33639980001"
        assert len(text_of(sms)) < 160 + len(link_in(sms))
        assert client.post("/mon-compte/reception/", {"reception": "sms"}).status_code == 422
        TrustedBrowser.objects.create(
            user=user, token_hash="x", ends=timezone.now() + timedelta(hours=1), device_path="x"
        )
        client.post(link_in(sms))
        assert not TrustedBrowser.objects.exists()
        assert client.post("/mon-compte/reception/", {"reception": "sms"}).url == "/mon-compte/"
        browser = Client()
        browser.post("/connexion/medecin/", {"identifiant": user.login, "mot_de_passe": PASSWORD})
        sent = Message.objects.filter(channel="sms").latest("pk")
        code = re.search(r"\d{6}", text_of(sent))[0]
        page = browser.get("/connexion/code/").text
        assert "envoyé par SMS" in page
        assert "se termine par 01" in page
        browser.post("/connexion/code/", {"code": code})
        assert Session.objects.filter(user=user, means="sms").count() == 1

    @pytest.mark.parametrize("number", ["01 99 00 12 34", "0899 70 12 34", "3639"])
    def test_only_mobiles(self, client, user, number):
        answer = client.post("/mon-compte/portable/", {"target": number, "ancien": PASSWORD})
        assert answer.status_code == 422
        assert not Message.objects.exists()

    def test_a_new_link_kills_the_former(self, client, user):
        for target in ("une@cabinet.example", "deux@cabinet.example"):
            client.post("/mon-compte/adresse-e-mail/", {"target": target, "ancien": PASSWORD})
        first = link_in(Message.objects.get(to="une@cabinet.example"))
        assert client.post(first).status_code == 404

    def test_the_link_lives_24_hours(self, client, user):
        client.post("/mon-compte/adresse-e-mail/", {"target": "une@cabinet.example", "ancien": PASSWORD})
        link = link_in(Message.objects.get(to="une@cabinet.example"))
        with time_machine.travel(timezone.now() + timedelta(hours=24, seconds=1)):
            assert client.get(link).status_code == 404

    def test_five_an_hour(self, client, user):
        by = Actor(user=user, means="mail")
        asked = {"kind": "mail", "target": "x@y.example", "ancien": PASSWORD, "by": by}
        for second in range(5):
            actions.ask_change(user, now=timezone.now() + timedelta(seconds=second), **asked)
        with pytest.raises(ValidationError):
            actions.ask_change(user, now=timezone.now() + timedelta(seconds=9), **asked)


def test_no_secret_in_clear(client):
    """Check 6: no link, no password, in the outbox's words or in the journal."""
    user = UserFactory()
    link = reset_link(client, user)
    client.post(link, TWICE)
    rows = str(list(Message.objects.values("key", "subject", "text", "html"))) + str(
        list(Entry.objects.values("data", "label"))
    )
    assert link.split("/")[-2] not in rows
    assert NEW not in rows
