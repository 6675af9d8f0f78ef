"""The outbox: a letter is written in the action's own transaction, so both are kept or neither is."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from email.utils import make_msgid, parseaddr
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.template import Context
from django.template.loader import get_template

from courrier import secrets
from courrier.models import Channel, Message, Priority
from viatraj.core.saving import update_unheld

BELL = "courrier"  # the PostgreSQL channel that wakes the senders; its payload is the priority
BODIES_KEPT = timedelta(days=30)
RETHOUGHT = timedelta(minutes=2)  # what may be undone is told only then (docs/adr/0037)


def post(  # noqa: PLR0913
    letter: str,
    *,
    to: str,
    key: str,
    context: Mapping[str, Any],
    priority: Priority = Priority.NORMAL,
    expires_at: datetime | None = None,
    secret: bool = False,
    channel: str = Channel.MAIL,
    changement: UUID | None = None,
) -> bool:
    """Put `<letter>.subject.txt` and `<letter>.body.txt` into the outbox, in the caller's transaction.

    True when written, False when `key` was posted before. Not sent any more after `expires_at`.
    `secret`: the body is encrypted, and erased once gone (the subject must not hold the secret).
    `changement`: it tells of one that may be undone, so it leaves after two minutes, unless `withdraw`.
    """
    message = Message(
        key=key, to=to, channel=channel, priority=priority, expires_at=expires_at, changement=changement
    )
    return _insert([_written(message, letter, context, secret=secret)]) == 1


def reword(message: Message, letter: str, *, context: Mapping[str, Any]) -> None:
    """What a letter that is about to leave says no more; one that comes twice keeps its Message-ID."""
    known = message.message_id
    _written(message, letter, context).message_id = known
    kept = {"subject": message.subject, "text": message.text, "html": message.html}
    update_unheld(Message.objects.pending().filter(pk=message.pk), **kept)


def post_each(
    letter: str, posts: Iterable[tuple[str, str, Mapping[str, Any]]], *, changement: UUID | None = None
) -> int:
    """The same mail to many, each (to, key, context), by few round trips. Returns how many were written."""
    messages = [
        _written(Message(key=key, to=to, channel=Channel.MAIL, changement=changement), letter, context)
        for to, key, context in posts
    ]
    return _insert(messages) if messages else 0


def _written(message: Message, letter: str, context: Mapping[str, Any], *, secret: bool = False) -> Message:
    known = {"site_url": settings.SITE_URL.rstrip("/"), "site_name": settings.SITE_NAME}
    known |= {"support_phone": settings.SUPPORT_PHONE, "support_email": settings.SUPPORT_EMAIL, **context}
    text = _plain(f"{letter}.body.txt", known).strip() + "\n"
    subject = " ".join(_plain(f"{letter}.subject.txt", known).split())
    html = _html(subject, text, known) if message.channel == Channel.MAIL else ""
    message.message_id, message.subject, message.secret = _message_id(), subject[:200], secret
    if secret:
        message.secret_body = secrets.seal(text, html)
    else:
        message.text, message.html = text, html
    return message


def known(keys) -> set[str]:
    """Keys posted before, so that many letters need not be written again for nothing."""
    return set(Message.objects.filter(key__in=list(keys)).values_list("key", flat=True))


@transaction.atomic
def withdraw(changement: UUID) -> dict[str, str]:
    """Its letters that wait leave no more. Returns those that left, or are leaving: address, subject.

    A sender that is taking one in hand is waited for.
    """
    letters = Message.objects.filter(changement=changement)
    waiting = letters.pending().filter(taken_by=None)
    stopped = [one.pk for one in waiting.select_for_update(of=("self",), no_key=True).order_by("pk")]
    letters.filter(pk__in=stopped).update(state=Message.State.WITHDRAWN, secret_body=None)
    gone = letters.exclude(state=Message.State.WITHDRAWN)
    return dict(gone.order_by("pk").values_list("to", "subject"))


def purge(*, now: datetime) -> int:
    """Erase the bodies of messages sent or given up more than 30 days ago. Returns how many."""
    old = Message.objects.exclude(state=Message.State.PENDING).filter(created_at__lt=now - BODIES_KEPT)
    return update_unheld(old.exclude(text="", html=""), text="", html="")


def _insert(messages: list[Message]) -> int:
    """Those whose key is new. Of two transactions with the same key, the second waits for the first."""
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        cursor.executemany(
            "WITH posted AS ("
            'INSERT INTO courrier_message (key, message_id, channel, "to", subject, text, html, secret,'
            " secret_body, priority, expires_at, changement, next_attempt_at, state, attempts, last_error)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, STATEMENT_TIMESTAMP() + %s,"
            " 'pending', 0, '')"
            " ON CONFLICT (key) DO NOTHING RETURNING priority)"
            " SELECT pg_notify(%s, priority::text) FROM posted",
            [[*(getattr(one, name) for name in COLUMNS), _wait(one), BELL] for one in messages],
        )
        return cursor.rowcount


COLUMNS = ("key", "message_id", "channel", "to", "subject", "text", "html", "secret", "secret_body")
COLUMNS += ("priority", "expires_at", "changement")


def _wait(message: Message) -> timedelta:
    return RETHOUGHT if message.changement else timedelta(0)


def _plain(template: str, context: dict[str, Any]) -> str:
    """Text is not HTML: an apostrophe stays one."""
    return get_template(template).template.render(Context(context, autoescape=False))


def _html(subject: str, text: str, context: dict[str, Any]) -> str:
    paragraphs = [part.strip() for part in text.split("\n\n") if part.strip()]
    return get_template("courrier/letter.html").render(
        {**context, "subject": subject, "paragraphs": paragraphs, "language": settings.LANGUAGE_CODE[:2]}
    )


def _message_id() -> str:
    """Chosen when posting, so that a letter sent twice after a crash has the same Message-ID."""
    return make_msgid(domain=parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2])
