"""First factor, code, trust: caps, binding, equal answers (CON-3 to CON-6, CON-12; checks 2 to 8 of ASVS)."""

import re
from datetime import timedelta

import argon2
import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from authcps import actions
from authcps.actions import codes
from authcps.models import Attempt, Code, CodeDevice, TrustedBrowser
from courrier import secrets
from courrier.models import Message, Priority
from journal.models import Entry
from tests.factories import PASSWORD, MedecinFactory, UserFactory
from viatraj.core.actor import Actor

pytestmark = pytest.mark.django_db
BY = Actor.anonymous("192.0.2.7", "demande1")
NOW = timezone.now()


def identify(identifiant, password=PASSWORD, *, now=NOW, door="medecin"):
    return actions.identify(
        identifiant=identifiant, mot_de_passe=password, door=door, next_path="", now=now, by=BY
    )


def attempt_of(user, *, now=NOW):
    return Attempt.objects.create(door="medecin", user=user, ends=now + timedelta(minutes=30))


def last_code() -> str:
    text, _ = secrets.unseal(Message.objects.order_by("-pk").first().secret_body)
    return "".join(re.search(r"^(\d{3})\s(\d{3})$", text, re.M).groups())


def send(attempt, *, now=NOW):
    actions.send_code(attempt, now=now, by=BY)
    return last_code()


def redeem(attempt, code, *, now=NOW):
    try:
        return actions.redeem(attempt, code=code, now=now, by=BY)
    except ValidationError as error:
        return error.messages[0]


def _counted(function, calls):
    return lambda *args, **known: calls.append(function) or function(*args, **known)


def wrong(code):
    return f"{(int(code) + 1) % 10**6:06d}"


class TestIdentify:
    @pytest.mark.parametrize("typed", ["899012345678", "99012345678", "8 99 01234 5678", "99 0123 456 78"])
    def test_medecin_by_prefixed_or_bare_number(self, typed):
        """CON-4."""
        user = MedecinFactory(login="899012345678")
        assert identify(typed).user == user

    def test_bare_adeli(self):
        user = MedecinFactory(login="0319999990")
        assert identify("319999990").user == identify("0319999990").user == user

    def test_login_without_regard_to_case(self):
        user = UserFactory(login="pdurand2")
        assert identify("PDurand2", door="professionnel").user == user

    def test_ended_identity_no_longer_opens(self):
        """CPX-4: a card that its holder has taken off."""
        user = MedecinFactory(login="cleclercq", idnat="899055500001")
        assert identify("899055500001").user == user
        user.identites.update(ended_at=timezone.now())
        assert identify("899055500001") is None

    def test_never_by_card(self):
        """CON-3: the e-mail way opens after a first sign-in by card or e-CPS."""
        assert identify(MedecinFactory(first_strong_at=None).login) is None

    def test_fifth_wrong_password_locks_the_password_door(self):
        """CON-12."""
        user = UserFactory()
        for _ in range(4):
            assert identify(user.login, "faux") is None
        user.refresh_from_db()
        assert user.locked_at is None
        identify(user.login, "faux")
        user.refresh_from_db()
        assert user.locked_at == NOW
        assert identify(user.login) is None
        assert Entry.objects.filter(event="compte.locked").count() == 1

    def test_wrong_passwords_are_forgotten_after_fifteen_minutes(self):
        user = UserFactory()
        for minute in (0, 1, 2, 3, 16, 17):
            identify(user.login, "faux", now=NOW + timedelta(minutes=minute))
        user.refresh_from_db()
        assert user.locked_at is None

    def test_refusals_are_alike(self, monkeypatch):
        """MDP-2: same answer, same hash calls, same number of queries, whatever the reason."""
        people = {
            "wrong": UserFactory(),
            "locked": UserFactory(locked_at=NOW),
            "disabled": UserFactory(disabled_at=NOW),
            "never_by_card": MedecinFactory(first_strong_at=None),
        }
        people["without_password"] = UserFactory()
        people["without_password"].set_unusable_password()
        people["without_password"].save()
        hashed = []
        for place, name in ((argon2.low_level, "hash_secret"), (argon2.PasswordHasher, "verify")):
            monkeypatch.setattr(place, name, _counted(getattr(place, name), hashed))
        ContentType.objects.get_for_model(UserFactory._meta.model)  # read once a process
        costs = {}
        for name, login in [("unknown", "personne"), *((name, user.login) for name, user in people.items())]:
            password = "faux" if name == "wrong" else PASSWORD
            hashed.clear()
            with CaptureQueriesContext(connection) as queries:
                assert identify(login, password) is None
            costs[name] = (len(hashed), len(queries))
        assert len(set(costs.values())) == 1, costs
        assert costs["unknown"][0] == 1
        reasons = Entry.objects.filter(event="connexion.refused").values_list("data__reason", flat=True)
        expected = ["wrong" if name == "without_password" else name for name in people]
        assert sorted(reasons) == sorted(["unknown", *expected])

    def test_what_was_typed_is_nowhere_in_the_journal(self):
        identify("mon-mot-de-passe-par-erreur", "secret")
        assert "mon-mot-de-passe" not in str(list(Entry.objects.values()))

    def test_weaker_hash_is_renewed_at_sign_in(self, settings):
        user = UserFactory()
        settings.PASSWORD_HASHERS = ["accounts.hashers.Argon2id"]
        identify(user.login)
        user.refresh_from_db()
        assert "m=19456,t=2,p=1" in user.password
        assert user.check_password(PASSWORD)


class TestCode:
    def test_six_digits_by_encrypted_mail_first_in_line(self):
        """CON-5."""
        attempt = attempt_of(UserFactory(email="x@cabinet.example"))
        code = send(attempt)
        message = Message.objects.get()
        assert re.fullmatch(r"\d{6}", code)
        assert message.to == "x@cabinet.example"
        assert message.priority == Priority.CODE
        assert message.expires_at == NOW + timedelta(minutes=10)
        assert message.text == ""
        assert code not in message.subject
        assert code not in str(list(Code.objects.values()) + list(Entry.objects.values()))

    def test_right_code_opens_once(self):
        attempt = attempt_of(UserFactory())
        code = send(attempt)
        assert isinstance(redeem(attempt, code), CodeDevice)
        assert redeem(attempt, code) == codes.WRONG_CODE

    @pytest.mark.parametrize(("seconds", "opens"), [(599, True), (600, False)])
    def test_ten_minutes(self, seconds, opens):
        attempt = attempt_of(UserFactory())
        code = send(attempt)
        answer = redeem(attempt, code, now=NOW + timedelta(seconds=seconds))
        assert isinstance(answer, CodeDevice) is opens

    def test_sixth_look_is_refused_even_with_the_right_code(self):
        attempt = attempt_of(UserFactory())
        code = send(attempt)
        for _ in range(5):
            assert redeem(attempt, wrong(code)) == codes.WRONG_CODE
        assert redeem(attempt, code) == codes.WRONG_CODE

    def test_worth_nothing_in_another_attempt(self):
        """CON-5: bound to the attempt, not to the user (ASVS 6.6.2)."""
        user = UserFactory()
        one, other = attempt_of(user), attempt_of(user)
        code = send(one)
        assert redeem(other, code) == codes.WRONG_CODE
        assert isinstance(redeem(one, code), CodeDevice)

    def test_new_code_kills_the_former(self):
        """CON-5."""
        attempt = attempt_of(UserFactory())
        former = send(attempt)
        later = NOW + timedelta(seconds=61)
        new = send(attempt, now=later)
        if former != new:
            assert redeem(attempt, former, now=later) == codes.WRONG_CODE
        assert isinstance(redeem(attempt, new, now=later), CodeDevice)

    def test_a_minute_between_codes_and_six_an_hour(self):
        """Of one attempt; a later one takes over the code that waits: test_reprise.py."""
        attempt = attempt_of(UserFactory())
        send(attempt)
        with pytest.raises(ValidationError, match="Attendez une minute"):
            send(attempt, now=NOW + timedelta(seconds=59))
        for minute in range(1, 6):
            send(attempt, now=NOW + timedelta(minutes=minute))
        with pytest.raises(ValidationError, match="plusieurs codes"):
            send(attempt, now=NOW + timedelta(minutes=7))

    @pytest.mark.parametrize("change", [{"used_at": NOW}, {"ends": NOW}], ids=["given", "ended"])
    def test_no_minute_after_a_code_that_waits_no_longer(self, change):
        """A second code to pair a card at another name (CPX-2), or after an undone change (COM-10)."""
        user = UserFactory()
        send(attempt_of(user))
        Code.objects.update(**change)
        send(attempt_of(user), now=NOW + timedelta(seconds=1))
        assert Code.objects.count() == 2

    def test_ten_wrong_codes_an_hour_whatever_is_asked_again(self):
        user = UserFactory()
        for minute in (0, 2, 4):
            now = NOW + timedelta(minutes=minute)
            attempt = attempt_of(user)
            code = send(attempt, now=now)
            for _ in range(5):
                answer = redeem(attempt, wrong(code), now=now)
        assert answer == codes.TOO_MANY
        assert redeem(attempt, code, now=now) == codes.TOO_MANY

    def test_finished_attempt_opens_nothing_more(self):
        attempt = attempt_of(UserFactory())
        code = send(attempt)
        Attempt.objects.update(signed_in_at=NOW)
        assert redeem(attempt, code) == codes.WRONG_CODE


class TestTrust:
    """CON-6: once per slice of 8 hours and per browser."""

    @pytest.mark.parametrize(("hours", "skips"), [(7.9, True), (8, False)])
    def test_eight_hours_from_the_code(self, hours, skips):
        user = UserFactory()
        device = actions.enrol(user, channel="mail", target=user.email, by=BY)
        actions.trust(device, token="navigateur", now=NOW, by=BY)
        later = NOW + timedelta(hours=hours)
        found = actions.skip_code(attempt_of(user, now=later), token="navigateur", now=later, by=BY)
        assert (found == device) is skips

    @pytest.mark.parametrize("token", ["", "autre"])
    def test_other_browser(self, token):
        user = UserFactory()
        device = actions.enrol(user, channel="mail", target=user.email, by=BY)
        actions.trust(device, token="navigateur", now=NOW, by=BY)
        assert actions.skip_code(attempt_of(user), token=token, now=NOW, by=BY) is None

    def test_a_code_gives_the_browser_a_new_token_others_keep_their_trust(self):
        """A token planted beforehand, or read over a shoulder, does not spare the next code."""
        first, second = UserFactory(), UserFactory()
        for user, token, former in ((first, "un", ""), (second, "deux", "un"), (second, "trois", "deux")):
            device = actions.enrol(user, channel="mail", target=user.email, by=BY)
            actions.trust(device, token=token, former=former, now=NOW, by=BY)
        for user in (first, second):
            for token in ("un", "deux", ""):
                assert actions.skip_code(attempt_of(user), token=token, now=NOW, by=BY) is None
            assert actions.skip_code(attempt_of(user), token="trois", now=NOW, by=BY)

    def test_other_person_on_the_same_ward_computer(self):
        user, colleague = UserFactory(), UserFactory()
        device = actions.enrol(user, channel="mail", target=user.email, by=BY)
        actions.trust(device, token="navigateur", now=NOW, by=BY)
        assert actions.skip_code(attempt_of(colleague), token="navigateur", now=NOW, by=BY) is None

    def test_dies_with_a_change_of_address(self):
        user = UserFactory()
        device = actions.enrol(user, channel="mail", target=user.email, by=BY)
        actions.trust(device, token="navigateur", now=NOW, by=BY)
        actions.enrol(user, channel="mail", target="autre@cabinet.example", by=BY)
        assert not TrustedBrowser.objects.exists()


def test_purge_leaves_what_is_younger_than_a_day():
    user = UserFactory()
    old, recent = attempt_of(user, now=NOW - timedelta(days=2)), attempt_of(user)
    actions.purge(now=NOW, by=Actor.system("purge"))
    assert list(Attempt.objects.all()) == [recent] != [old]
