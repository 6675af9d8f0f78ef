"""Guesses and redemptions released together, on PostgreSQL."""

import pytest
from django.utils import timezone

from authcps import actions
from authcps.models import Code
from tests.authcps.test_actions import BY, attempt_of, send, wrong
from tests.concurrency import REFUSALS, at_once
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


def redeem_at_once(attempt, codes):
    """Those that opened something."""
    acts = [lambda code=code: actions.redeem(attempt, code=code, now=timezone.now(), by=BY) for code in codes]
    return [answer for answer in at_once(*acts) if not isinstance(answer, REFUSALS)]


def test_forty_guesses_at_most_five_are_looked_at():
    attempt = attempt_of(UserFactory(), now=timezone.now())
    code = send(attempt, now=timezone.now())
    assert redeem_at_once(attempt, [wrong(code)] * 40) == []
    assert Code.objects.get().tries == 5


def test_twenty_redemptions_open_one_session():
    attempt = attempt_of(UserFactory(), now=timezone.now())
    code = send(attempt, now=timezone.now())
    assert len(redeem_at_once(attempt, [code] * 20)) == 1
