"""A sink and senders, each a process of its own; what tests and the bench both need."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from django.conf import settings
from django.db import connection

from tests.patience import PATIENCE
from tools.servers import free_port


class Sink:
    """`with Sink(folder) as sink`: what it accepted is in `copies()`, by Message-ID."""

    def __init__(self, folder, kind="aiosmtpd", certificate=()):
        self.port, self.log = free_port(), Path(folder, "sink.log")
        self.log.touch()
        words = ["-m", "tests.courrier.sink", kind, self.port, self.log, *certificate]
        self.command = [sys.executable, *map(str, words)]

    def __enter__(self):
        self.process = subprocess.Popen(self.command, cwd=settings.BASE_DIR)
        wait_until(lambda: answers(self.port))
        return self

    def __exit__(self, *error):
        self.process.kill()
        self.process.wait()

    def open_next_gate(self):
        self.process.send_signal(signal.SIGUSR1)

    @property
    def url(self):
        return f"smtp://127.0.0.1:{self.port}"

    def lines(self):
        return [line.split() for line in self.log.read_text().splitlines()]

    def count(self):
        return self.log.read_bytes().count(b"\n")

    def copies(self):
        return Counter(line[2] for line in self.lines())

    def forget(self):
        os.truncate(self.log, 0)


def answers(port):
    """Whether somebody listens there."""
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def wait_until(ready, seconds=PATIENCE):
    end = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < end, "not ready in time"
        time.sleep(0.005)


def somebody_waits() -> bool:
    """For a lock that another session holds."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return cursor.fetchone()[0] > 0


@contextmanager
def other_connection(**known):
    """A session of its own on this test's database; at the end PostgreSQL has freed its locks too."""
    parameters = connection.get_connection_params()
    known |= {name: parameters[name] for name in ("dbname", "user", "host", "port") if name in parameters}
    with psycopg.connect(**known) as opened:
        pid = opened.info.backend_pid
        yield opened
    with psycopg.connect(**known | {"autocommit": True}) as watcher:
        alive = "SELECT FROM pg_stat_activity WHERE pid = %s"
        wait_until(lambda: not watcher.execute(alive, [pid]).fetchall())


def environment(**more):
    """Of a process that works in this test's own database."""
    parts = urlsplit(os.environ["DATABASE_URL"])
    database = urlunsplit(parts._replace(path=f"/{connection.settings_dict['NAME']}"))
    return {**os.environ, "DATABASE_URL": database, "DJANGO_SETTINGS_MODULE": "viatraj.settings", **more}


def sender(*options, log, **environ):
    return command("deliver_messages", *options, log=log, **environ)


def started(*words, log, **environ) -> subprocess.Popen:
    """`python …` on this test's database, with a group of its own: killed, it leaves no child."""
    with open(log, "ab") as output:
        return subprocess.Popen(
            [sys.executable, *map(str, words)],
            cwd=settings.BASE_DIR,
            env=environment(**environ),
            stdout=output,
            stderr=output,
            start_new_session=True,
        )


@contextmanager
def command(*words, log, **environ):
    """`manage.py …`, killed at the end if it still runs."""
    process = started("manage.py", *words, log=log, **environ)
    try:
        yield process
    finally:
        process.kill()
        process.wait()
