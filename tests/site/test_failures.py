"""TRC-5: what fails leaves its type and its places in the log of its process, and no word of what it held."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime

import pytest
import redis
import requests
from django.conf import settings as site
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection

from tests.courrier.rig import environment
from tests.patience import PATIENCE
from tools.servers import free_port
from viatraj import logs

NAME = "Marchandeau-Témoin"  # what no log may hold

# Run in each process before its own code: the product, and faults that it does not have.
FAULTS = f"""
NAME = "{NAME}"


def deep(told):
    raise ValueError(f"la patiente {{told}} n'a pas 82 ans")


def failing(*args, **known):
    try:
        {{}}[NAME]
    except KeyError as error:
        deep(NAME)
"""


def lines(log):
    """The JSON lines of a log; the others are told apart."""
    text = log.read_text()
    found = []
    for line in text.splitlines():
        try:
            found.append(json.loads(line))
        except ValueError:
            continue
    return found


def failures(log):
    return [line for line in lines(log) if "stack" in line]


def the_failure(log, level="error"):
    """Exactly one, whole, and without a word of what it was about."""
    (line,) = failures(log)
    assert line["level"] == level
    assert line["error"] == "ValueError"
    assert line["stack"][-1].endswith(" deep")
    assert line["stack"][-2].endswith(" failing")
    assert [cause["error"] for cause in line["causes"]] == ["KeyError"]
    assert NAME not in log.read_text()
    assert "82 ans" not in log.read_text()
    assert "Traceback" not in log.read_text()
    return line


@pytest.fixture
def log(tmp_path):
    return tmp_path / "process.log"


@pytest.fixture
def faults(tmp_path):
    """A folder of modules that break the product on purpose, for PYTHONPATH."""

    def write(name, text):
        (tmp_path / f"{name}.py").write_text(FAULTS + text)
        return str(tmp_path)

    return write


class Running:
    """A process of the product, with its log; ended by the test's end."""

    def __init__(self, words, log, **environ):
        self.log = log
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, *map(str, words)],
                cwd=site.BASE_DIR,
                env=environment(**environ),
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def __enter__(self):
        return self

    def __exit__(self, *error):
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def until(self, question, seconds=PATIENCE):
        end = time.monotonic() + seconds
        while not question():
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < end, self.log.read_text()
            time.sleep(0.05)


SITE = """
from viatraj.settings import *

ROOT_URLCONF = "faulty_urls"
"""
URLS = """
from django.contrib.auth.decorators import login_not_required
from django.http import StreamingHttpResponse
from django.urls import path

from viatraj.urls import *


def slowly():
    yield b"a beginning"
    failing()


urlpatterns += [
    path("panne/<str:nom>/", login_not_required(failing)),
    path("flux/<str:nom>/", login_not_required(lambda request, nom: StreamingHttpResponse(slowly()))),
]
"""


@pytest.mark.django_db(transaction=True)
def test_web(faults, log):
    faults("faulty_settings", SITE)
    port, folder = free_port(), faults("faulty_urls", URLS)
    words = [
        "-m",
        "gunicorn",
        "viatraj.wsgi",
        "--config",
        "deploy/gunicorn.py",
        "--bind",
        f"127.0.0.1:{port}",
    ]
    known = {"PYTHONPATH": folder, "DJANGO_SETTINGS_MODULE": "faulty_settings", "WEB_CONCURRENCY": "1"}
    url = f"http://127.0.0.1:{port}"
    with Running(words, log, **known) as web:
        web.until(lambda: "Booting worker" in log.read_text())
        answer = requests.get(f"{url}/panne/{NAME}/?nom={NAME}", timeout=PATIENCE)
        assert answer.status_code == 500
        line = the_failure(log)
        assert line["event"] == "failed"
        assert line["method"] == "GET"
        assert line["route"] == "panne/<str:nom>/"
        assert line["request_id"] == answer.headers["X-Request-ID"]
        assert line["request_id"] in answer.text  # the number to give on the phone

        with pytest.raises(requests.RequestException):
            _ = requests.get(f"{url}/flux/{NAME}/", timeout=PATIENCE).content
        web.until(lambda: len(failures(log)) == 2)
        line = failures(log)[1]
        assert (line["route"], line["logger"]) == ("flux/<str:nom>/", "gunicorn.error")
        assert line["stack"][-1].endswith(" deep")

        with socket.create_connection(("127.0.0.1", port)) as link:
            link.sendall(f"GET /jeton/temoin HTTP/9.9 {NAME}\r\n\r\n".encode())
        web.until(lambda: "Invalid request" in log.read_text())
        text = log.read_text()
        assert NAME not in text
        assert "jeton/temoin" not in text
    assert logs.counts(datetime.now(UTC).date()) == {
        "ValueError panne/<str:nom>/": 1,
        "ValueError flux/<str:nom>/": 1,
    }


TASKS = """
from celery import shared_task

import viatraj.celery


@shared_task(name="faulty.task")
def task(told):
    failing(told)
"""


@pytest.mark.django_db(transaction=True)
def test_worker(faults, log):
    folder = faults("faulty_tasks", TASKS)
    words = ["-m", "celery", "-A", "viatraj", "worker", "--concurrency", 1, "--include", "faulty_tasks"]
    with Running([*words, "--loglevel", "INFO"], log, PYTHONPATH=folder) as worker:
        worker.until(lambda: "ready" in log.read_text())
        send = "import faulty_tasks; faulty_tasks.task.delay(faulty_tasks.NAME)"
        sent = environment(PYTHONPATH=folder)
        subprocess.run([sys.executable, "-c", send], cwd=site.BASE_DIR, env=sent, check=True)
        worker.until(lambda: failures(log))
        line = the_failure(log)
        assert line["name"] == "faulty.task"
    assert logs.counts(datetime.now(UTC).date()) == {"ValueError faulty.task": 1}


BEAT = """
from datetime import UTC, datetime

from celery.beat import PersistentScheduler


class Scheduler(PersistentScheduler):
    apply_async = failing

    def setup_schedule(self):
        super().setup_schedule()
        for entry in self.schedule.values():  # all is late: nobody waits for the next minute
            entry.last_run_at = datetime(2026, 1, 1, tzinfo=UTC)
"""


@pytest.mark.django_db(transaction=True)
def test_beat(faults, log, tmp_path):
    folder = faults("faulty_beat", BEAT)
    words = ["-m", "celery", "-A", "viatraj", "beat", "--schedule", tmp_path / "beat"]
    with Running([*words, "--scheduler", "faulty_beat:Scheduler"], log, PYTHONPATH=folder) as beat:
        beat.until(lambda: failures(log))
    line = failures(log)[0]
    assert (line["error"], line["logger"], line["level"]) == ("ValueError", "celery.beat", "error")
    assert line["stack"][-1].endswith(" deep")
    assert NAME not in log.read_text()


SENDER = """
from courrier.delivery import Sender

Sender.deliver = failing
"""
COMMAND = """
from accounts import actions

actions.purge_sessions = failing
from django.core.management.commands import check

check.Command.handle = failing
"""


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("module", "text", "command"),
    [("faulty_sender", SENDER, "deliver_messages"), ("faulty_command", COMMAND, "check")],
)
def test_sender_and_commands(faults, log, module, text, command):
    folder = faults(module, text)
    start = f"import django, sys; django.setup(); import {module}; sys.argv = ['manage.py', {command!r}]; "
    start += "import manage; manage.main()"
    with Running(["-c", start], log, PYTHONPATH=folder) as running:
        assert running.process.wait(PATIENCE) == 1
    line = the_failure(log, "critical")
    assert (line["event"], line["command"], line["program"]) == ("crashed", command, "manage.py")
    assert log.read_text().strip().count("\n") == 0
    assert logs.counts(datetime.now(UTC).date()) == {"ValueError viatraj.failures": 1}


def test_a_thread_leaves_its_line_too(log):
    words = (
        "import django; django.setup(); import threading, faulty; t = threading.Thread(target=faulty.failing)"
    )
    (log.parent / "faulty.py").write_text(FAULTS)
    with Running(["-c", f"{words}; t.start(); t.join()"], log, PYTHONPATH=str(log.parent)) as running:
        running.process.wait(PATIENCE)
    the_failure(log, "critical")


# --- What is told of an error, and of others' words -----------------------------------------------------


def told(error):
    return logs.without_words(None, "error", {"event": "failed", "exc_info": error})


@pytest.mark.django_db
def test_a_refusal_of_the_database_tells_its_code_and_its_constraint():
    with pytest.raises(DatabaseError) as refused, connection.cursor() as cursor:
        cursor.execute("INSERT INTO django_content_type (app_label, model) VALUES ('journal', 'entry')")
    line = told(refused.value)
    assert line["error"] == "django.db.utils.IntegrityError"
    assert line["causes"][0]["error"] == "psycopg.errors.UniqueViolation"
    assert line["sqlstate"] == "23505"
    assert line["constraint"].startswith("django_content_type_")
    assert "entry" not in json.dumps(line["causes"])


def test_an_endless_recursion_and_a_circle_of_causes_have_their_end():
    def endless():
        endless()

    with pytest.raises(RecursionError) as deep:
        endless()
    assert len(told(deep.value)["stack"]) == logs.DEEPEST
    first, second = ValueError(NAME), KeyError(NAME)
    first.__cause__, second.__cause__ = second, first
    assert [cause["error"] for cause in told(first)["causes"]] == ["KeyError"]


def foreign(level, message, *args):
    import logging

    record = logging.LogRecord(
        "gunicorn.error" if "Invalid" in message else "other", level, "", 1, message, args, None
    )
    return json.loads(logs.formatter().format(record))["event"]


def test_others_warnings_are_kept_without_what_they_quote():
    assert foreign(30, "%s tried %d times", NAME, 3) == "… tried 3 times"
    assert foreign(40, "Task %(name)s failed: %(exc)s", {"name": "a.task", "exc": NAME}) == "Task … failed: …"
    assert foreign(30, f"Invalid request from ip=192.0.2.1: '{NAME}'") == "Invalid request from ip=192.0.2.1"
    assert (
        foreign(40, "100 % of %s", NAME, NAME) == "100 % of %s"
    )  # a sentence that does not fit is kept as it is
    assert foreign(20, "Connected to %s", "redis") == "Connected to redis"


def test_the_command_counts(capsys):
    call_command("failures")
    assert capsys.readouterr().out == "Aucune panne.\n"
    for _ in range(2):
        logs._count("ValueError un/chemin/")
    call_command("failures")
    assert capsys.readouterr().out.split()[1:] == ["2", "ValueError", "un/chemin/"]


def test_without_valkey_a_failure_is_told_all_the_same_and_the_count_says_so(settings):
    settings.REDIS_URL = "redis://127.0.0.1:9/0"
    assert (
        logs.counted(None, "error", {"stack": [], "error": "ValueError", "logger": "x"})["error"]
        == "ValueError"
    )
    with pytest.raises(CommandError, match="Valkey ne répond pas"):
        call_command("failures")
    with pytest.raises(redis.RedisError):
        logs.counts(datetime.now(UTC).date())
