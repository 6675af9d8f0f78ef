"""Beginning again within the minute that follows a code: the code that waits is taken over (CON-5)."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from accounts.models import Session
from authcps import actions
from authcps.actions import codes
from authcps.models import Attempt, Code, CodeDevice
from courrier.models import Message
from journal.models import Entry
from tests.authcps.test_actions import BY, NOW, attempt_of, last_code, redeem, send, wrong
from tests.concurrency import at_once
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
SOON = NOW + timedelta(seconds=20)


def ask(attempt, *, now=SOON, channel=""):
    actions.send_code(attempt, now=now, by=BY, channel=channel)


def test_the_new_attempt_takes_it_over_and_the_former_loses_it():
    user = UserFactory()
    former, newer = attempt_of(user), attempt_of(user)
    code = send(former)
    ask(newer)
    assert Message.objects.count() == 1, "nothing more is sent"
    assert redeem(former, code, now=SOON) == codes.WRONG_CODE
    assert isinstance(redeem(newer, code, now=SOON), CodeDevice)
    assert Entry.objects.filter(event="code.taken_over", user=user).count() == 1


def test_the_former_browser_may_take_it_back():
    user = UserFactory()
    former, newer = attempt_of(user), attempt_of(user)
    code = send(former)
    ask(newer)
    ask(former)
    assert redeem(newer, code, now=SOON) == codes.WRONG_CODE
    assert isinstance(redeem(former, code, now=SOON), CodeDevice)


def test_five_looks_in_all_whoever_has_the_code():
    """Beginning again gives no further tries."""
    user = UserFactory()
    attempts = [attempt_of(user) for _ in range(3)]
    code = send(attempts[0])
    for _ in range(3):
        redeem(attempts[0], wrong(code))
    ask(attempts[1])
    for _ in range(2):
        assert redeem(attempts[1], wrong(code), now=SOON) == codes.WRONG_CODE
    assert redeem(attempts[1], code, now=SOON) == codes.WRONG_CODE
    with pytest.raises(ValidationError, match="Attendez une minute"):
        ask(attempts[2])


def test_six_codes_an_hour_in_all():
    """The seventh asks for nothing more; the sixth, while it lives, may be typed in another browser."""
    user = UserFactory()
    for minute in range(6):
        code = send(attempt_of(user), now=NOW + timedelta(minutes=minute * 2))
    later = NOW + timedelta(minutes=12)
    newer = attempt_of(user)
    ask(newer, now=later)
    assert Message.objects.count() == 6
    assert isinstance(redeem(newer, code, now=later), CodeDevice)
    with pytest.raises(ValidationError, match="plusieurs codes"):
        ask(attempt_of(user), now=later + timedelta(minutes=9))  # none lives any more


def test_ten_wrong_codes_an_hour_in_all():
    user = UserFactory()
    for minute in (0, 2):
        now = NOW + timedelta(minutes=minute)
        code = send(attempt_of(user), now=now)
        for _ in range(5):
            newer = attempt_of(user)
            ask(newer, now=now)
            redeem(newer, wrong(code), now=now)
    last = attempt_of(user)
    code = send(last, now=NOW + timedelta(minutes=4))
    assert redeem(last, code, now=NOW + timedelta(minutes=4)) == codes.TOO_MANY


@pytest.mark.parametrize("change", [{"used_at": NOW}, {"ends": SOON}], ids=["used", "over"])
def test_a_code_that_no_longer_lives_is_not_taken_over(change):
    """Another is sent instead."""
    user = UserFactory()
    send(attempt_of(user))
    Code.objects.update(**change)
    ask(attempt_of(user))
    assert Code.objects.count() == 2


def test_the_code_of_another_account_is_never_taken_over():
    other = attempt_of(UserFactory())
    code = send(other)
    mine = attempt_of(UserFactory())
    ask(mine)
    assert Code.objects.get(attempt=other).user_id == other.user_id
    assert redeem(mine, code, now=SOON) == codes.WRONG_CODE or code == last_code()


def test_of_the_same_channel_alone():
    """Asked by SMS while a code sent by mail waits: one still has to wait."""
    user = UserFactory()
    actions.enrol(user, channel="sms", target="+33639980001", by=BY)
    send(attempt_of(user))
    with pytest.raises(ValidationError, match="Attendez une minute"):
        ask(attempt_of(user), channel="sms")


@pytest.mark.django_db(transaction=True)
def test_taken_over_while_it_is_typed():
    """One browser at most comes in, whichever wins."""
    user = UserFactory()
    former, newer = attempt_of(user), attempt_of(user)
    code = send(former)
    given = lambda one: lambda: redeem(one, code, now=SOON)  # noqa: E731
    answers = at_once(given(former), lambda: ask(newer), given(former), given(newer))
    redeem(newer, code, now=SOON)
    assert len([one for one in answers if isinstance(one, CodeDevice)]) <= 1
    assert Attempt.objects.filter(signed_in_at__isnull=False).count() == 1


class TestByPages:
    def begin(self, client, user):
        typed = {"identifiant": user.login, "mot_de_passe": PASSWORD}
        assert client.post("/connexion/professionnel/", typed).url == "/connexion/code/"
        return client.get("/connexion/code/").text

    @pytest.mark.parametrize("where", ["back", "second tab", "other browser"])
    def test_there_is_a_field_and_the_code_in_hand_opens(self, client, where):
        """Back and «Mot de passe» again, a second tab, another browser: no way to a page without a field."""
        user = UserFactory()
        assert 'name="code"' in self.begin(client, user)
        code = last_code()
        again = Client() if where == "other browser" else client
        if where == "back":
            again.get("/connexion/professionnel/")
        text = self.begin(again, user)
        assert 'name="code"' in text
        assert "Un code OTP vous a été envoyé" in text
        assert Message.objects.count() == 1
        assert again.post("/connexion/code/", {"code": code}).url == "/professionnel/"
        assert Session.objects.filter(user=user).count() == 1

    def test_the_browser_that_lost_it_is_told_and_asks_again(self, client, time_machine):
        user, other = UserFactory(), Client()
        self.begin(client, user)
        self.begin(other, user)
        text = client.get("/connexion/code/").text
        assert "une connexion plus récente l’a repris" in text
        assert 'name="code"' not in text
        time_machine.move_to(timezone.now() + timedelta(seconds=61))
        client.post("/connexion/code/renvoyer/")
        assert client.post("/connexion/code/", {"code": last_code()}).url == "/professionnel/"

    def test_without_a_code_that_lives_the_page_says_how_long(self, client):
        """Five wrong looks used it up: the wait is said, nothing is taken over."""
        user = UserFactory()
        self.begin(client, user)
        code = last_code()
        for _ in range(5):
            assert client.post("/connexion/code/", {"code": wrong(code)}).status_code == 422
        assert "Attendez une minute" in self.begin(Client(), user)
