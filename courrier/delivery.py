"""Sends what the outbox holds: claim, commit, talk, mark. No row is locked while the relay is spoken to."""

import secrets
import time
from datetime import timedelta

import psycopg
import structlog
from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from courrier import attaches, routes
from courrier.models import Message, Priority
from courrier.outbox import BELL
from viatraj.core import turns
from viatraj.core.saving import update_unheld
from viatraj.core.turns import Job

log = structlog.get_logger(__name__)

BATCH = 50
LEASE = timedelta(minutes=10)  # for a machine that vanishes; a killed sender's messages are free at once
MAX_ATTEMPTS = 8
FIRST_DELAY, LONGEST_DELAY = timedelta(seconds=30), timedelta(hours=6)

# The one statement that runs for every mail: prepared, and without the ORM's share of CPU.
SENT = """
    UPDATE courrier_message SET state = 'sent', sent_at = now(), attempts = attempts + 1, last_error = '',
    secret_body = NULL, taken_by = NULL, taken_until = NULL
    WHERE id = %s AND taken_by = %s AND state = 'pending'"""


class Sender:
    """A sender at work; use it as a context. It needs a database session of its own (no transaction pooling).

    It holds messages under a number, and an advisory lock on that number as long as its session lives: when
    it is killed PostgreSQL lets go of the lock, and the next sender takes over what was left.
    """

    def __init__(self, should_stop=lambda: False):
        self.number = secrets.randbelow(2**31)
        self.routes = routes.all_routes()
        self.should_stop = should_stop
        self.rung = self.code_waits = False

    def __enter__(self):
        turns.hold(Job.ENVOI, self.number)
        with connection.cursor() as cursor:
            # «Sent» is written without waiting for the disk: only a crash of PostgreSQL can lose a few.
            cursor.execute(f"SET synchronous_commit = off; LISTEN {BELL}")
        connection.connection.add_notify_handler(self._heard)
        self.marks = psycopg.Cursor(connection.connection)
        return self

    def __exit__(self, *error):
        self.rest()
        connection.connection.remove_notify_handler(self._heard)
        with connection.cursor() as cursor:
            cursor.execute(f"UNLISTEN {BELL}; RESET synchronous_commit")
        turns.let_go(Job.ENVOI, self.number)

    def rest(self):
        """Close the connections while there is nothing to send: mail relays dislike idle ones."""
        for route in self.routes.values():
            route.close()

    def was_rung(self) -> bool:
        """Has a NOTIFY arrived with the answer to a statement? Waiting on the socket would miss that one."""
        while connection.connection.pgconn.notifies():  # those that libpq has read and kept
            self.rung = True
        return self.rung

    def deliver(self, batch: int = BATCH) -> int:
        """Send what is due, at most `batch` messages. Returns how many were taken in hand, sent or not.

        Ends early when asked to stop, or when a code has just been posted: the rest is given back.
        """
        if connection.in_atomic_block:
            raise RuntimeError("deliver() commits message by message")
        _free_the_dead()
        _expire()
        self.rung = self.code_waits = False
        messages = self._claim(batch)
        left = {message.pk for message in messages}
        in_time = time.monotonic() + LEASE.total_seconds() / 2
        try:
            for message in messages:
                if self._must_leave(message) or time.monotonic() > in_time:
                    break
                if self._send(message):
                    left.discard(message.pk)
        finally:
            self._give_back(left)
        return len(messages)

    def _claim(self, batch):
        closed = [channel for channel, route in self.routes.items() if route.is_closed]
        with transaction.atomic():
            due = Message.objects.claimable().exclude(channel__in=closed)
            messages = list(due.select_for_update(skip_locked=True, no_key=True)[:batch])
            Message.objects.filter(pk__in=[message.pk for message in messages]).update(
                taken_by=self.number, taken_until=Now() + LEASE
            )
        return messages

    def _must_leave(self, message):
        return self.should_stop() or (self.code_waits and message.priority > Priority.CODE)

    def _send(self, message):
        """False when the way out is closed, so sending was not tried: this does not count as an attempt."""
        now = timezone.now()
        if message.expires_at and message.expires_at <= now:
            return self._close(message, Message.State.EXPIRED)
        if not attaches.may_leave(message, now):
            return self._close(message, Message.State.WITHDRAWN)
        route = self.routes[message.channel]
        if route.is_closed or not _opened(route):
            return False
        try:
            route.send(message, *message.body)
        except Exception as error:  # whatever it is, the other messages go on
            self._refused(message, error, route)
        else:
            self._sent(message)
        return True

    def _sent(self, message):
        self.marks.execute(SENT, [message.pk, self.number], prepare=True)
        if not self.marks.rowcount:
            log.warning("courrier.taken_over", message=message.pk)

    def _refused(self, message, error, route):
        permanent, code = routes.judge(error)
        if code in (None, 421):  # the connection is lost, or about to be
            route.close()
        said = {"attempts": F("attempts") + 1, "last_error": routes.in_short(error)}
        log.warning("courrier.refused", message=message.pk, error=said["last_error"], permanent=permanent)
        if permanent or message.attempts + 1 >= MAX_ATTEMPTS:
            self._close(message, Message.State.FAILED, **said)
            return
        delay = min(LONGEST_DELAY, FIRST_DELAY * 2**message.attempts)
        self._mark(message, next_attempt_at=Now() + delay * routes.jitter(), **said)

    def _close(self, message, state, **changes):
        return self._mark(message, state=state, secret_body=None, **changes)

    def _mark(self, message, **changes):
        mine = Message.objects.pending().filter(pk=message.pk, taken_by=self.number)
        if not mine.update(taken_by=None, taken_until=None, **changes):
            log.warning("courrier.taken_over", message=message.pk)
        return True

    def _give_back(self, left):
        if left:
            mine = Message.objects.pending().filter(pk__in=left, taken_by=self.number)
            update_unheld(mine, taken_by=None, taken_until=None)

    def _heard(self, bell):
        self.rung = True
        self.code_waits = self.code_waits or bell.payload == str(int(Priority.CODE))


def _opened(route):
    try:
        route.open()
    except routes.CLOSED_FOR_ALL as error:
        route.found_closed()
        log.error("courrier.closed", route=type(route).__name__, error=routes.in_short(error))
        return False
    route.found_open()
    return True


def _free_the_dead():
    """Reads who holds messages, then who holds a lock: a sender without lock by then is dead."""
    holders = set(
        Message.objects.pending()
        .exclude(taken_by=None)
        .order_by()
        .values_list("taken_by", flat=True)
        .distinct()
    )
    if holders:
        dead = holders - turns.held(Job.ENVOI)
        theirs = Message.objects.pending().filter(taken_by__in=dead)
        update_unheld(theirs, taken_by=None, taken_until=None)


def _expire():
    late = Message.objects.pending().filter(taken_by=None, expires_at__lte=Now())
    update_unheld(late, state=Message.State.EXPIRED, secret_body=None)
