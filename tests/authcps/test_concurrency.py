"""Guesses and redemptions released together, on PostgreSQL."""

import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from authcps import actions
from authcps.models import Code
from tests.authcps.test_actions import BY, attempt_of, send, wrong
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


def redeem_at_once(attempt, codes):
    barrier, opened = threading.Barrier(len(codes)), []

    def run(code):
        try:
            barrier.wait()
            opened.append(actions.redeem(attempt, code=code, now=timezone.now(), by=BY))
        except ValidationError:
            pass
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[code]) for code in codes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return opened


def test_forty_guesses_at_most_five_are_looked_at():
    attempt = attempt_of(UserFactory(), now=timezone.now())
    code = send(attempt, now=timezone.now())
    assert redeem_at_once(attempt, [wrong(code)] * 40) == []
    assert Code.objects.get().tries == 5


def test_twenty_redemptions_open_one_session():
    attempt = attempt_of(UserFactory(), now=timezone.now())
    code = send(attempt, now=timezone.now())
    assert len(redeem_at_once(attempt, [code] * 20)) == 1
