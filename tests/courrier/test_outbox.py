"""A letter exists if, and only if, what it tells of does; once per key; a secret only until it is gone."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event
from uuid import uuid4

import pytest
from cryptography.fernet import InvalidToken
from django.db import IntegrityError, connection, transaction
from django.db.models.functions import Now
from django.utils import timezone

from courrier import outbox, tasks
from courrier.models import Message, Priority
from tests.courrier.rig import other_connection, somebody_waits, wait_until
from tests.patience import PATIENCE


@pytest.mark.django_db
def test_a_letter_is_text_first_and_html_made_from_it(letter, settings):
    assert letter(nom="L'Île & Cie") is True
    message = Message.objects.get()
    assert message.subject == "L’objet de L'Île & Cie"
    assert message.text.startswith(
        "Bonjour L'Île & Cie,\n\nD'abord <ceci> & cela :\nhttp://testserver/page/?a=1&b=2\n"
    )
    assert message.text.endswith(f"{settings.SITE_NAME}, {settings.SUPPORT_PHONE}\n")
    assert "</p>" in message.html
    assert "&lt;ceci&gt; &amp; cela :<br>" in message.html
    assert 'href="http://testserver/page/?a=1&amp;b=2"' in message.html
    assert (message.state, message.attempts, message.channel, message.priority) == ("pending", 0, "mail", 5)
    assert message.message_id.endswith("@viatraj.example>")


@pytest.mark.django_db
def test_an_sms_is_text_alone(letter):
    letter(channel="sms", to="+33639980001")
    assert Message.objects.get().html == ""


@pytest.mark.django_db
def test_once_per_key(letter):
    assert [letter(), letter(), letter(key="essai:2")] == [True, False, True]
    assert Message.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_once_per_key_also_when_two_post_together(letter):
    letter(key="warm")

    def post(_):
        try:
            with transaction.atomic():
                created = letter()
                time.sleep(0.05)
            return created
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(post, range(4))) == [False, False, False, True]


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_leaves_no_letter_and_rings_no_bell(letter):
    with other_connection(autocommit=True) as listener:
        listener.execute(f"LISTEN {outbox.BELL}")
        with pytest.raises(IndexError), transaction.atomic():
            [][letter(key="undone")]
        assert not Message.objects.exists()
        with transaction.atomic():
            letter(priority=Priority.CODE)
            assert not list(listener.notifies(timeout=0.05))  # not before the commit
        assert [bell.payload for bell in listener.notifies(timeout=PATIENCE, stop_after=1)] == ["0"]
        letter()  # known already
        assert not list(listener.notifies(timeout=0.05))


@pytest.mark.django_db
def test_a_secret_is_nowhere_in_clear(letter, settings):
    letter(code="482913", secret=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT courrier_message::text, encode(secret_body, 'escape') FROM courrier_message")
        assert "482913" not in "".join(cursor.fetchone())
    text, html = Message.objects.get().body
    assert "482913" in text
    assert "482913" in html
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another secret of no worth, after a change of the first"
    assert Message.objects.get().body == (text, html)
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(InvalidToken):
        _ = Message.objects.get().body


@pytest.mark.parametrize(
    ("constraint", "wrong"),
    [
        ("secret_only_while_pending", {"secret_body": b"x"}),
        ("secret_only_while_pending", {"secret": True}),
        ("secret_only_while_pending", {"secret": True, "secret_body": b"x", "text": "code"}),
        ("secret_only_while_pending", {"secret": True, "secret_body": b"x", "html": "code"}),
        ("secret_only_while_pending", {"secret": True, "secret_body": b"x", "state": "failed"}),
        ("secret_only_while_pending", {"secret": True, "text": "code", "state": "failed"}),
        ("sent_at_when_sent", {"state": "sent"}),
        ("sent_at_when_sent", {"sent_at": timezone.now()}),
        ("taken_whole", {"taken_by": 1}),
        ("taken_whole", {"taken_until": timezone.now()}),
        ("taken_whole", {"taken_by": 1, "taken_until": timezone.now(), "state": "failed"}),
    ],
)
@pytest.mark.django_db
def test_constraint(constraint, wrong):
    with pytest.raises(IntegrityError, match=f"courrier_message_{constraint}"):
        Message(key="k", message_id="m", channel="mail", to="a@cabinet.example", **wrong).save()


@pytest.mark.django_db
def test_the_near_misses_of_the_constraints_are_kept():
    now = timezone.now()
    rows = [
        {"secret": True, "secret_body": b"x"},
        {"secret": True, "state": "expired"},
        {"state": "sent", "sent_at": now},
        {"taken_by": 1, "taken_until": now},
    ]
    for n, known in enumerate(rows):
        Message(key=f"k{n}", message_id=f"m{n}", channel="mail", to="a@cabinet.example", **known).save()
    assert Message.objects.count() == 4


@pytest.mark.parametrize("column", ["key", "message_id"])
@pytest.mark.django_db
def test_key_and_message_id_are_unique(column):
    Message(key="k", message_id="m", channel="mail", to="a@cabinet.example").save()
    known = {"key": "k2", "message_id": "m2", column: {"key": "k", "message_id": "m"}[column]}
    with pytest.raises(IntegrityError, match=column):
        Message(**known, channel="mail", to="a@cabinet.example").save()


@pytest.mark.django_db
def test_bodies_are_erased_after_30_days_unless_they_still_wait(letter):
    now = timezone.now()
    ages = {"old": timedelta(days=31), "young": timedelta(days=29), "waiting": timedelta(days=31)}
    for key, age in ages.items():
        letter(key=key)
        sent = {} if key == "waiting" else {"state": "sent", "sent_at": now}
        Message.objects.filter(key=key).update(created_at=now - age, **sent)
    assert outbox.purge(now=now) == 1
    assert set(Message.objects.filter(text="", html="").values_list("key", flat=True)) == {"old"}
    assert outbox.purge(now=now) == 0
    tasks.purge()


@pytest.mark.django_db
def test_what_may_be_undone_is_told_after_two_minutes(letter):
    """COM-11: claimed in SQL, by the database's clock."""
    letter()
    letter(key="essai:2", changement=uuid4())
    assert [one.key for one in Message.objects.claimable()] == ["essai:1"]
    told = Message.objects.get(key="essai:2")
    assert told.next_attempt_at - told.created_at == timedelta(minutes=2)
    Message.objects.update(next_attempt_at=Now() - timedelta(seconds=1))
    assert Message.objects.claimable().count() == 2


@pytest.mark.django_db
def test_letters_withdrawn_leave_no_more(letter):
    """COM-11: of the change undone only; who has got his letter is named."""
    undone, other = uuid4(), uuid4()
    letter(key="waits", changement=undone)
    letter(key="secret", changement=undone, secret=True, code="123456")
    letter(key="gone", to="deja@cabinet.example", changement=undone)
    letter(key="leaving", to="enroute@cabinet.example", changement=undone)
    letter(key="other", changement=other)
    Message.objects.filter(key="gone").update(state="sent", sent_at=timezone.now())
    Message.objects.filter(key="leaving").update(
        taken_by=7, taken_until=timezone.now() + timedelta(minutes=1)
    )
    for _ in range(2):
        assert outbox.withdraw(undone) == {
            "deja@cabinet.example": "L’objet de Zoé",
            "enroute@cabinet.example": "L’objet de Zoé",
        }
    states = dict(Message.objects.values_list("key", "state"))
    assert states == {
        "waits": "withdrawn",
        "secret": "withdrawn",
        "gone": "sent",
        "leaving": "pending",
        "other": "pending",
    }
    assert Message.objects.get(key="secret").secret_body is None


@pytest.mark.django_db(transaction=True)
def test_a_letter_that_a_sender_takes_meanwhile_is_said_to_leave(letter):
    """COM-11: never both stopped and sent, nor neither."""
    changement = uuid4()
    letter(changement=changement)
    Message.objects.update(next_attempt_at=Now())
    taken = Event()

    def claim():
        with transaction.atomic():
            (one,) = Message.objects.claimable().select_for_update(skip_locked=True, no_key=True)
            taken.set()
            wait_until(somebody_waits)
            Message.objects.filter(pk=one.pk).update(taken_by=7, taken_until=timezone.now())
        connection.close()

    with ThreadPoolExecutor(1) as pool:
        claiming = pool.submit(claim)
        taken.wait(PATIENCE)
        assert outbox.withdraw(changement).keys() == {"sophie@cabinet.example"}
        claiming.result()
    assert Message.objects.get().state == Message.State.PENDING
