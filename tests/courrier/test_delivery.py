"""Claim, commit, send, mark: against a real SMTP server, every fault it can make."""

import email
import email.policy
import json
import time
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone

from courrier import delivery, sms
from courrier.delivery import Sender
from courrier.models import Message, Priority
from tests.courrier.rig import other_connection
from tools.servers import free_port
from viatraj.core.turns import Job

pytestmark = pytest.mark.django_db(transaction=True)


def drain():
    with Sender() as sender:
        while sender.deliver():
            pass


def states():
    return dict(Message.objects.values_list("key", "state"))


@pytest.fixture
def at_once(monkeypatch):
    """Second tries come at once."""
    monkeypatch.setattr(delivery, "FIRST_DELAY", timedelta(0))


def test_a_letter_arrives_whole_and_once(letter, sink, settings, tmp_path):
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path / "mails"
    letter(nom="Zoé L'Île")
    drain()
    drain()
    message = Message.objects.get()
    (file,) = settings.EMAIL_FILE_PATH.iterdir()
    mail = email.message_from_bytes(file.read_bytes().split(b"\n---")[0], policy=email.policy.default)
    assert mail["subject"] == "L’objet de Zoé L'Île"
    assert mail["message-id"] == message.message_id
    assert mail["auto-submitted"] == "auto-generated"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert "Bonjour Zoé L'Île," in mail.get_body(("plain",)).get_content()
    assert (message.state, message.attempts, message.taken_by) == ("sent", 1, None)
    assert message.sent_at is not None


def test_many_letters_share_one_connection(letter, sink):
    for n in range(30):
        letter(key=f"k{n}")
    drain()
    assert len(sink.copies()) == 30
    assert len({port for _, port, _ in sink.lines()}) == 1


def test_codes_go_before_digests(letter, sink):
    letter(key="digest", priority=Priority.DIGEST)
    letter(key="letter")
    letter(key="code", priority=Priority.CODE)
    drain()
    by_id = dict(Message.objects.values_list("message_id", "key"))
    assert [by_id[found] for *_, found in sink.lines()] == ["code", "letter", "digest"]


def test_a_code_posted_while_a_batch_goes_out_is_next(letter, sink, monkeypatch):
    for n in range(5):
        letter(key=f"digest{n}", priority=Priority.DIGEST)
    with Sender() as sender:
        send = sender.routes["mail"].send

        def send_then_hear_of_a_code(*args):
            send(*args)
            if sink.count() == 1:
                letter(key="code", priority=Priority.CODE)

        monkeypatch.setattr(sender.routes["mail"], "send", send_then_hear_of_a_code)
        while sender.deliver():
            pass
    by_id = dict(Message.objects.values_list("message_id", "key"))
    assert [by_id[found] for *_, found in sink.lines()].index("code") == 1
    assert set(states().values()) == {"sent"}


@pytest.mark.parametrize("secret", [True, False])
def test_a_secret_is_erased_at_delivery(letter, sink, secret):
    letter(secret=secret)
    drain()
    message = Message.objects.get()
    assert (message.state, message.secret_body) == ("sent", None)
    assert bool(message.text) is not secret


def test_no_code_is_sent_after_its_time(letter, sink):
    now = timezone.now()
    letter(key="late", expires_at=now - timedelta(seconds=1), secret=True)
    letter(key="in time", expires_at=now + timedelta(minutes=1), secret=True)
    drain()
    assert states() == {"late": "expired", "in time": "sent"}
    assert len(sink.copies()) == 1
    assert not Message.objects.exclude(secret_body=None).exists()


def test_no_code_is_sent_that_expires_while_it_is_in_hand(letter, sink, monkeypatch):
    letter(expires_at=timezone.now() + timedelta(seconds=0.3), secret=True)
    claim = Sender._claim

    def slow_claim(*args):
        claimed = claim(*args)
        time.sleep(0.4)
        return claimed

    monkeypatch.setattr(Sender, "_claim", slow_claim)
    drain()
    message = Message.objects.get()
    assert (message.state, message.secret_body, message.attempts) == ("expired", None, 0)
    assert sink.count() == 0


@pytest.mark.parametrize("kind", ["busy", "closing", "drop"])
def test_what_may_pass_is_tried_again(letter, sink, at_once, kind):
    letter(key="bad", to=f"{kind}-1@cabinet.example")
    letter(key="fine")
    drain()
    assert states() == {"bad": "sent", "fine": "sent"}
    assert Message.objects.get(key="bad").attempts == 2
    assert set(sink.copies().values()) == {1}


def test_a_second_try_waits(letter, sink):
    letter(to="busy-2@cabinet.example")
    drain()
    message = Message.objects.get()
    wait = (message.next_attempt_at - timezone.now()).total_seconds()
    assert (message.state, message.attempts, message.taken_by) == ("pending", 1, None)
    assert 10 < wait < 46  # 30 s, half as much more or less
    assert message.last_error == "SMTPRecipientsRefused 451 4.2.0"


def test_waits_double_and_tries_end(letter, sink, monkeypatch):
    letter(to="busy-3@cabinet.example", secret=True)
    Message.objects.update(attempts=5)
    drain()
    wait = (Message.objects.get().next_attempt_at - timezone.now()).total_seconds()
    assert 30 * 32 * 0.49 < wait < 30 * 32 * 1.51
    Message.objects.update(
        attempts=delivery.MAX_ATTEMPTS - 1, to="busy-4@cabinet.example", next_attempt_at=timezone.now()
    )
    drain()
    message = Message.objects.get()
    assert (message.state, message.attempts, message.secret_body) == ("failed", delivery.MAX_ATTEMPTS, None)


def test_what_is_refused_for_good_fails_at_once_and_keeps_no_address(letter, sink):
    letter(key="unknown", to="refused-1@cabinet.example", secret=True)
    letter(key="no address", to="two@lines\n.example")
    drain()
    assert states() == {"unknown": "failed", "no address": "failed"}
    unknown = Message.objects.get(key="unknown")
    assert (unknown.attempts, unknown.last_error, unknown.secret_body) == (
        1,
        "SMTPRecipientsRefused 550 5.1.1",
        None,
    )
    assert "lines" not in Message.objects.get(key="no address").last_error


def test_an_unreachable_relay_costs_no_attempt_and_the_route_rests(letter, settings, sink):
    letter()
    settings.EMAIL_PORT = free_port()
    with Sender() as sender:
        assert sender.deliver() == 1
        assert sender.routes["mail"].is_closed
        assert sender.deliver() == 0
        message = Message.objects.get()
        assert (message.state, message.attempts, message.taken_by) == ("pending", 0, None)
        sender.routes["mail"].backend.port = sink.port
        sender.routes["mail"].closed_until = 0
        assert sender.deliver() == 1
        assert sender.routes["mail"].faults == 0
    assert states() == {"essai:1": "sent"}


def test_the_rest_of_a_closed_route_grows_and_is_bounded():
    route = delivery.routes.Route()
    rests = []  # each between two readings of the clock, however long they lie apart
    for _ in range(12):
        before = time.monotonic()
        route.found_closed()
        rests.append((route.closed_until - time.monotonic(), route.closed_until - before))
    assert rests[0][0] < 0.8
    assert rests[0][1] > 0.2
    assert max(rests)[0] < 91
    assert max(rests)[1] > 29


def test_sms_go_while_the_relay_is_down(letter, settings, tmp_path):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    settings.DEMO_SMTP_DIR = tmp_path / "demo"
    letter(key="mail", priority=Priority.CODE)
    letter(key="sms", channel="sms", to="+33639980001", secret=True)
    drain()
    assert states() == {"mail": "pending", "sms": "sent"}
    (file,) = settings.DEMO_SMTP_DIR.iterdir()
    kept = json.loads(file.read_text())
    assert kept["to"] == ["+33639980001"]
    assert kept["text"].startswith("Bonjour Zoé,")


def test_without_an_operator_an_sms_fails_at_once(letter, settings):
    settings.SMS_BACKEND = "courrier.sms.Closed"
    letter(channel="sms", to="+33639980001")
    drain()
    message = Message.objects.get()
    assert (message.state, message.attempts, message.last_error) == ("failed", 1, sms.Refused.__name__)


def test_a_message_held_by_a_running_sender_is_left_to_it(letter, sink):
    letter()
    with other_connection(autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(%s, 77)", [Job.ENVOI])
        soon = timezone.now() + timedelta(minutes=1)
        Message.objects.update(taken_by=77, taken_until=soon)
        drain()
        assert states() == {"essai:1": "pending"}
        Message.objects.update(taken_until=timezone.now())  # its lease is over, though it seems alive
        drain()
        assert states() == {"essai:1": "sent"}
        letter(key="second")
        Message.objects.filter(key="second").update(taken_by=77, taken_until=soon)
    drain()  # its session has ended
    assert states() == {"essai:1": "sent", "second": "sent"}


def test_no_row_is_locked_while_the_relay_is_spoken_to(letter, sink, monkeypatch):
    letter()
    seen = []

    def send(*args):
        with other_connection() as other:
            seen.extend(other.execute("SELECT taken_by IS NOT NULL FROM courrier_message FOR UPDATE NOWAIT"))

    with Sender() as sender:
        monkeypatch.setattr(sender.routes["mail"], "send", send)
        sender.deliver()
    assert seen == [(True,)]  # claimed, seen by all, locked by none
    assert states() == {"essai:1": "sent"}


def test_delivery_inside_a_transaction_is_refused(letter):
    with Sender() as sender, transaction.atomic(), pytest.raises(RuntimeError, match="commits"):
        sender.deliver()


def test_a_stop_gives_the_rest_back(letter, sink):
    for n in range(5):
        letter(key=f"k{n}")
    with Sender(should_stop=lambda: sink.count() >= 2) as sender:
        sender.deliver()
    assert sorted(states().values()) == ["pending"] * 3 + ["sent"] * 2
    assert not Message.objects.exclude(taken_by=None).exists()


def test_the_command_drains_or_says_what_is_left(letter, sink, settings):
    letter()
    call_command("deliver_messages", once=True)
    assert states() == {"essai:1": "sent"}
    letter(key="second")
    settings.EMAIL_PORT = free_port()
    with pytest.raises(CommandError, match=r"injoignable : 1 message"):
        call_command("deliver_messages", once=True)


def test_a_notify_read_with_a_statement_is_not_missed(sink, letter):
    with Sender() as sender:
        assert (sender.deliver(), sender.was_rung()) == (0, False)
        letter()  # its bell comes back with this very commit's answer: nothing is left on the socket
        assert sender.was_rung()
        assert (sender.deliver(), sender.was_rung()) == (1, False)
