"""Senders are killed while mails go out: none is lost, at most the one in flight comes twice."""

import random
import signal
import time

import pytest
from django.db import transaction

from courrier.models import Message, Priority
from tests.courrier.rig import sender, wait_until
from tests.patience import PATIENCE
from viatraj.core.turns import Job, held

pytestmark = pytest.mark.django_db(transaction=True)
MAILS, KILLS = 330, 3
GATES = ["medecin", *(f"gate{n}-" for n in range(1, KILLS + 1))]  # each sender gets to the next, no further


@pytest.fixture
def at_work(sink, tmp_path):
    """Starts a sender on this test's database and this test's sink."""
    return lambda *options: sender(*options, log=tmp_path / "sender.log", EMAIL_URL=sink.url)


@pytest.fixture
def posted(letter):
    def post(count, name="medecin"):
        with transaction.atomic():
            for n in range(count):
                letter(key=f"{name}{n}", to=f"{name}{n}@cabinet.example", secret=n % 2 == 0)

    return post


def senders_at_work():
    return len(held(Job.ENVOI))


def all_sent():
    return not Message.objects.exclude(state="sent").exists()


def test_kill_9_loses_nothing_and_doubles_one_at_most(posted, sink, at_work):
    for name in GATES:
        posted(MAILS // len(GATES), name)
    for turn in range(KILLS):
        before = sink.count()
        if turn:
            sink.open_next_gate()
        with at_work() as killed:
            wait_until(lambda: sink.count() > before)  # noqa: B023
            time.sleep(random.uniform(0.01, 0.06))
            killed.send_signal(signal.SIGKILL)
            killed.wait()
    assert 0 < sink.count() < Message.objects.count(), "what is behind the last gate is still to come"
    sink.open_next_gate()
    with at_work("--once") as last:
        assert last.wait(PATIENCE) == 0  # what the dead held is free at once
    copies = sink.copies()
    assert set(copies) == set(Message.objects.values_list("message_id", flat=True))
    assert sum(copies.values()) - len(copies) <= KILLS
    assert max(copies.values()) <= 2
    assert all_sent()
    assert not Message.objects.exclude(secret_body=None).exists()


def test_two_senders_side_by_side_double_none(posted, sink, at_work):
    with at_work() as one, at_work() as other:
        wait_until(lambda: senders_at_work() == 2)
        posted(MAILS, "paired-")  # the server accepts none before both have brought one
        wait_until(all_sent)
        for sender in (one, other):
            sender.send_signal(signal.SIGTERM)
        assert [one.wait(PATIENCE), other.wait(PATIENCE)] == [0, 0]
    assert set(sink.copies().values()) == {1}
    assert len(sink.copies()) == MAILS
    assert len({port for _, port, _ in sink.lines()}) == 2, "both had a hand in it"


def test_the_sender_wakes_at_a_commit_and_stops_when_asked(letter, sink, at_work):
    letter(key="first")
    with at_work("--poll", "3600") as running:  # only the bell, or the signal, wakes it
        wait_until(all_sent)
        letter(key="code", priority=Priority.CODE)
        wait_until(all_sent)
        running.send_signal(signal.SIGTERM)
        assert running.wait(PATIENCE) == 0
    assert set(sink.copies().values()) == {1}


def test_a_sender_asked_to_stop_in_the_middle_gives_the_rest_back(posted, sink, at_work):
    posted(MAILS // 2)
    posted(MAILS // 2, "gate1-")
    with at_work() as running:
        wait_until(lambda: sink.count() > 0)
        running.send_signal(signal.SIGTERM)
        sink.open_next_gate()
        assert running.wait(PATIENCE) == 0
    sent = Message.objects.filter(state="sent").count()
    assert 0 < sent == sink.count() < MAILS
    assert not Message.objects.exclude(taken_by=None).exists()
