"""Our own processes: mailbox, web, sender, worker, beat, and the one-off steps before them."""

import hashlib
import os
import shutil
import signal
import socket
import sys
import urllib.error
import urllib.request
from pathlib import Path

from tools import children, servers

ROOT = Path(__file__).resolve().parent.parent


class Program(children.Server):
    """One of our processes, which may all stop at once. `gently`: all others come before it.

    `ready`: asked until it says True; None: nobody waits. `last_wish`: what it gets when we are killed.
    """

    def __init__(
        self,
        name,
        words,
        *,
        environment,
        var,
        ready=None,
        last_wish=signal.SIGTERM,
        patience=15,
        gently=False,
    ):
        self.name, self.words, self.environment, self.gently = name, words, environment, gently
        self.log, self.ready, self.last_wish, self.patience = var / f"{name}.log", ready, last_wish, patience
        self.signals = (signal.SIGTERM, signal.SIGQUIT)

    def start(self):
        command = [*(_gentle() if self.gently else ()), sys.executable, *self.words]
        self.process = children.start(
            command, log=self.log, env=self.environment, last_wish=self.last_wish, cwd=ROOT
        )
        if self.ready:
            children.wait_until(self.ready, self.process, seconds=60, what=self.name)
        return self

    def ask_to_stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()


def mailbox(var):
    port = servers.free_port()
    words = ["-m", "viatraj.demo.smtp", port, var / "mail"]
    program = Program("mailbox", words, environment=dict(os.environ), var=var, ready=lambda: _listens(port))
    program.port = port
    return program


def ror(var):
    """The ROR of the demonstration: empty until `demo_data` has filled its folder."""
    port = servers.free_port()
    words = ["-m", "viatraj.demo.ror", port, var / "ror"]
    program = Program("ror", words, environment=dict(os.environ), var=var, ready=lambda: _is_there(port))
    root = f"http://127.0.0.1:{port}"
    program.known = {
        "ROR_URL": f"{root}/fhir",
        "ROR_TOKEN_URL": f"{root}/auth/realms/ror/protocol/openid-connect/token",
    }
    return program


def web(environment, var, port):
    words = ["-m", "gunicorn", "viatraj.wsgi", "--config", "deploy/gunicorn.py"]
    words += ["--bind", f"127.0.0.1:{port}", "--graceful-timeout", 5]
    return Program("web", words, environment=environment, var=var, ready=lambda: _answers(port))


def behind_the_scenes(environment, var):
    """The background processes: sender of the outbox, worker, beat."""
    arguments = {"environment": environment, "var": var}
    if has_command("deliver_messages"):
        yield Program("courrier", ["manage.py", "deliver_messages"], **arguments)
    celery = ["-m", "celery", "-A", "viatraj"]
    worker = [*celery, "worker", "--concurrency", 2, "--loglevel", "INFO"]
    # A worker asked to stop while its broker dies too may wait for it for ever: when we are killed, so is it.
    # Its own children are tied to it by Celery; its tasks, acknowledged late, will be done again.
    yield Program("worker", worker, last_wish=signal.SIGKILL, **arguments)
    # Statistics: long, so on a queue of their own, one order in hand a process (docs/adr/0079).
    reports = [*celery, "worker", "--queues", "rapports", "--hostname", "rapports@%h", "--concurrency", 2]
    reports += ["--prefetch-multiplier", 1, "--loglevel", "INFO"]
    yield Program("rapports", reports, last_wish=signal.SIGKILL, gently=True, **arguments)
    yield Program("beat", [*celery, "beat", "--loglevel", "INFO", "--schedule", var / "beat"], **arguments)


def start_step(name, environment, var, *words, gently=False):
    """Starts `manage.py <name>`, its words in var/<name>.log; `gently`: pages come before it."""
    command = [*(_gentle() if gently else ()), sys.executable, "manage.py", name, "--skip-checks", *words]
    return children.start(command, log=var / f"{name}.log", env=environment, cwd=ROOT)


def _gentle():
    nice = shutil.which("nice")
    return [nice] if nice else []


def has_command(name):
    """True when one of our apps brings `manage.py <name>`."""
    places = (f"*/management/commands/{name}.py", f"viatraj/*/management/commands/{name}.py")
    return any(True for place in places for _ in ROOT.glob(place))


def static_fingerprint():
    """Changes when a static file of ours does, or a dependency that brings some."""
    apps = {file.parent for place in ("*/apps.py", "viatraj/*/apps.py") for file in ROOT.glob(place)}
    folders = [ROOT / "static", *(app / "static" for app in apps)]
    files = sorted(file for folder in folders for file in folder.rglob("*") if file.is_file())
    known = [f"{file} {file.stat().st_mtime_ns} {file.stat().st_size}" for file in files]
    lock = (ROOT / "requirements" / "app.txt").read_text()
    return hashlib.sha256("\n".join([*known, lock]).encode()).hexdigest()


def _listens(port):
    try:
        with socket.create_connection(("127.0.0.1", port), 1) as link:
            return link.recv(3) == b"220"
    except OSError:
        return False


def _is_there(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def _answers(port):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/sante/pret", timeout=10) as answer:
            return answer.status == 200
    except urllib.error.HTTPError as error:
        error.close()
        return error.code < 500
    except OSError:
        return False
