"""The authenticator application, recovery codes and other ways at the second factor (CON-6, COM-5)."""

import re
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone
from django_otp.oath import totp

from accounts.models import Session, User
from authcps import actions
from authcps.models import CodeSecours, Essai, TotpDevice
from courrier import secrets
from courrier.models import Message
from tests.authcps.test_actions import BY, attempt_of
from tests.factories import PASSWORD, MedecinFactory, UserFactory, sign_in
from viatraj.core.actor import Actor, Means

pytestmark = pytest.mark.django_db
NOW = timezone.now()
KEY = bytes(range(20))


def code_at(now, key=KEY) -> str:
    """As an application computes it, from RFC 6238: nothing of ours."""
    import hmac
    import struct

    digest = hmac.digest(key, struct.pack(">Q", int(now.timestamp()) // 30), "sha1")
    at = digest[-1] & 15
    return f"{(int.from_bytes(digest[at : at + 4], 'big') & 0x7FFFFFFF) % 10**6:06d}"


def with_application(user, *, now=NOW - timedelta(hours=1)):
    by = Actor(user=user, means=Means.MAIL)
    return actions.add_totp(user, key=KEY, code=code_at(now), ancien=PASSWORD, now=now, by=by)


def recovery_codes(user) -> list[str]:
    return actions.make_recovery(user, ancien=PASSWORD, now=NOW, by=Actor(user=user, means=Means.MAIL))


def tried(verb, attempt, code, now=NOW):
    try:
        return verb(attempt, code=code, now=now, by=BY)
    except ValidationError as error:
        return error.messages[0]


class TestApplication:
    def test_our_arithmetic_is_the_rfc_s(self):
        assert f"{totp(KEY, t0=0):06d}" in {
            code_at(timezone.now() + timedelta(seconds=s)) for s in (-1, 0, 1)
        }

    def test_key_is_sealed_at_rest(self):
        device = with_application(UserFactory())
        device.refresh_from_db()
        assert KEY not in bytes(device.sealed_key)
        assert device.key == KEY

    @pytest.mark.parametrize(
        ("seconds", "opens"), [(-30, True), (0, True), (30, True), (-90, False), (90, False)]
    )
    def test_one_step_before_and_after(self, seconds, opens):
        user = UserFactory()
        with_application(user)
        answer = tried(actions.redeem_totp, attempt_of(user), code_at(NOW + timedelta(seconds=seconds)))
        assert isinstance(answer, TotpDevice) is opens

    def test_a_code_opens_once_even_in_another_browser(self):
        user = UserFactory()
        with_application(user)
        assert isinstance(tried(actions.redeem_totp, attempt_of(user), code_at(NOW)), TotpDevice)
        assert "n’est pas reconnu" in tried(actions.redeem_totp, attempt_of(user), code_at(NOW))

    def test_five_looks_an_attempt_and_ten_an_account(self):
        """Check 5, for this means: more attempts give no more tries than the account's cap."""
        user = UserFactory()
        with_application(user)
        first = attempt_of(user)
        for _ in range(5):
            tried(actions.redeem_totp, first, "000000")
        assert "Trop de codes" in tried(actions.redeem_totp, first, code_at(NOW))
        second, third = attempt_of(user), attempt_of(user)
        for _ in range(5):
            tried(actions.redeem_totp, second, "000000")
        assert "Trop de codes" in tried(actions.redeem_totp, third, code_at(NOW))
        assert Essai.objects.count() == 10
        assert "Trop de codes" in tried(actions.redeem_recovery, third, "abcde-fghjk")

    def test_wrong_first_code_adds_nothing(self):
        user = UserFactory()
        by = Actor(user=user, means=Means.MAIL)
        with pytest.raises(ValidationError):
            actions.add_totp(user, key=KEY, code="000000", ancien=PASSWORD, now=NOW, by=by)
        assert not TotpDevice.objects.exists()

    def test_the_application_is_removed_and_the_owner_told(self):
        user = UserFactory(reception=User.Reception.TOTP)
        with_application(user)
        actions.remove_totp(user, ancien=PASSWORD, now=NOW, by=Actor(user=user, means=Means.MAIL))
        user.refresh_from_db()
        assert user.reception == "mail"
        assert not TotpDevice.objects.exists()
        assert Message.objects.filter(to=user.email).count() == 2

    def test_from_the_account_page_to_a_sign_in(self, client):
        user = MedecinFactory()
        sign_in(client, user)
        text = client.get("/mon-compte/application/").text
        assert 'src="data:image/svg+xml' in text
        key = re.search(r"<code>([A-Z2-7 ]+)</code>", text)[1]
        from base64 import b32decode

        key = b32decode(key.replace(" ", ""))
        assert key.hex() not in str(Session.objects.values_list("session_data", flat=True))
        before = timezone.now() - timedelta(seconds=30)
        typed = {"code": code_at(before, key), "ancien": PASSWORD}
        assert client.post("/mon-compte/application/", typed).url == "/mon-compte/"
        assert client.post("/mon-compte/reception/", {"reception": "totp"}).url == "/mon-compte/"
        browser, mails = Client(), Message.objects.count()
        door = {"identifiant": user.login, "mot_de_passe": PASSWORD}
        assert browser.post("/connexion/medecin/", door).url == "/connexion/code/application/"
        assert Message.objects.count() == mails, "no code leaves"
        answer = browser.post("/connexion/code/application/", {"code": code_at(timezone.now(), key)})
        assert answer.url == "/medecin/"
        assert Session.objects.filter(user=user, means="totp").exists()
        browser.post("/deconnexion/")
        assert browser.post("/connexion/medecin/", door).url == "/medecin/", "trusted for 8 hours"

    def test_password_is_asked(self, client):
        """Check 18."""
        sign_in(client, UserFactory())
        answer = client.post("/mon-compte/application/", {"code": "000000", "ancien": "pas celui-ci"})
        assert answer.status_code == 422
        assert "n’est pas celui de votre compte" in answer.text


class TestRecovery:
    def test_ten_hashed_and_told_once(self, client):
        user = UserFactory()
        sign_in(client, user)
        text = client.post("/mon-compte/codes-de-secours/", {"ancien": PASSWORD}).text
        codes = re.findall(r"<code>([a-z2-9]{5}-[a-z2-9]{5})</code>", text)
        assert len(set(codes)) == 10
        assert "download=" in text
        kept = str(list(CodeSecours.objects.values()))
        assert not any(code in kept for code in codes)
        assert codes[0] not in client.get("/mon-compte/codes-de-secours/").text

    def test_each_recovery_code_serves_once(self):
        user = UserFactory()
        code = recovery_codes(user)[3]
        assert isinstance(tried(actions.redeem_recovery, attempt_of(user), code), CodeSecours)
        assert "n’est pas reconnu" in tried(actions.redeem_recovery, attempt_of(user), code)
        assert "9" in Message.objects.latest("pk").text

    def test_not_somebody_else_s(self):
        code = recovery_codes(UserFactory())[0]
        assert "n’est pas reconnu" in tried(actions.redeem_recovery, attempt_of(UserFactory()), code)

    def test_new_ones_kill_the_former(self):
        user = UserFactory()
        old = recovery_codes(user)
        recovery_codes(user)
        assert "n’est pas reconnu" in tried(actions.redeem_recovery, attempt_of(user), old[0])
        assert user.codes_secours.count() == 10

    def test_signs_in_without_trust(self, client):
        user = MedecinFactory()
        code = recovery_codes(user)[0]
        door = {"identifiant": user.login, "mot_de_passe": PASSWORD}
        client.post("/connexion/medecin/", door)
        assert "Utiliser un code de secours" in client.get("/connexion/code/").text
        typed = code.upper().replace("-", " ")
        assert client.post("/connexion/code/secours/", {"code": typed}).url == "/medecin/"
        assert Session.objects.get(user=user).means == "recovery"
        client.post("/deconnexion/")
        assert client.post("/connexion/medecin/", door).url == "/connexion/code/"

    @pytest.mark.parametrize("path", ["/connexion/code/application/", "/connexion/code/secours/"])
    def test_nothing_without_the_password_first(self, client, path):
        """Check 2."""
        assert client.get(path).url == client.post(path, {"code": "000000"}).url == "/"


class TestCountdown:
    def test_true_seconds_left(self, client):
        user = MedecinFactory()
        client.post("/connexion/medecin/", {"identifiant": user.login, "mot_de_passe": PASSWORD})
        assert 50 < client.get("/connexion/code/").context["wait"] <= 60
        user.refresh_from_db()
        from authcps.models import Code

        Code.objects.update(sent_at=timezone.now() - timedelta(seconds=45))
        assert 10 < client.get("/connexion/code/").context["wait"] <= 15
        Code.objects.update(sent_at=timezone.now() - timedelta(seconds=75))
        assert client.get("/connexion/code/").context["wait"] == 0


def test_no_code_in_the_sms_outlives_it():
    """Check 6."""
    user = UserFactory(reception="sms")
    actions.enrol(user, channel="sms", target="+33639980001", by=BY)
    actions.send_code(attempt_of(user), now=NOW, by=BY)
    message = Message.objects.get()
    assert (message.channel, message.to, message.text, message.subject) == (
        "sms",
        "+33639980001",
        "",
        "ViaTraj : code de connexion",
    )
    assert re.search(r"\b\d{6}\b", secrets.unseal(message.secret_body)[0])
