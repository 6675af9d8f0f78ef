"""The sender: a process of its own, which needs the database and the relay, and no broker (ADR 5)."""

import select
import signal
import socket
import time

import structlog
from django.core.management.base import BaseCommand, CommandError
from django.db import InterfaceError, OperationalError, connection

from courrier.delivery import Sender
from courrier.models import Message
from viatraj.core.typography import counted

log = structlog.get_logger(__name__)
POLL = 5  # seconds; the bell of a new message comes before
DATABASE_PAUSE = 2


class Command(BaseCommand):
    requires_system_checks = []  # neither pages nor forms: it starts in half the time
    help = "Envoie les e-mails et les SMS en attente, sans fin ; --once s’arrête quand il n’y en a plus."

    def add_arguments(self, parser):
        parser.add_argument("--poll", type=float, default=POLL, help="secondes entre deux regards")
        parser.add_argument("--once", action="store_true", help="envoie ce qui est dû, puis s’arrête")

    def handle(self, *, once, poll, **options):
        self.poll = poll
        if once:
            self._drain()
        else:
            self._run()

    def _run(self):
        self.stopping = False
        self._listen_to_signals()
        while not self.stopping:
            try:
                self._serve()
            except (OperationalError, InterfaceError) as error:
                log.error("courrier.database_lost", error=type(error).__name__)
                connection.close()
                self._wait(DATABASE_PAUSE)

    def _drain(self):
        with Sender() as sender:
            while sender.deliver():
                pass
            closed = [channel for channel, route in sender.routes.items() if route.faults]
        waiting = Message.objects.claimable().filter(channel__in=closed).count()
        if waiting:
            raise CommandError(f"Serveur d’envoi injoignable : {counted(waiting, 'message')} en attente.")

    def _serve(self):
        with Sender(should_stop=lambda: self.stopping) as sender:
            while not self.stopping:
                if sender.deliver() or sender.was_rung():
                    continue
                started = time.monotonic()
                self._wait(self.poll, connection.connection.fileno())
                if time.monotonic() - started >= self.poll:
                    sender.rest()

    def _wait(self, seconds, *bells):
        select.select([self.signals, *bells], [], [], 0 if self.stopping else seconds)

    def _listen_to_signals(self):
        """A signal during `select` alone would let it sleep on: the wake-up socket ends it."""
        self.signals, wake_up = socket.socketpair()
        wake_up.setblocking(False)
        signal.set_wakeup_fd(wake_up.fileno())
        self._wake_up = wake_up  # kept open
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)

    def _stop(self, *_):
        self.stopping = True
