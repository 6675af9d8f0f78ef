"""Signing in: what the chosen argon2 costs, answers that take the same time, pages during a storm.

Unknown, wrong, locked and disabled are compared by their medians, the slowest over the fastest: a stopwatch
on the other side of the network learns nothing. The storm is 10 sign-ins a second beside pages.
"""

import logging
import os
import socket
import subprocess
import sys
import threading
import time
from statistics import median, quantiles
from time import perf_counter, process_time

import requests
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.test import Client, override_settings
from django.utils import timezone

import accounts.actions
from accounts.hashers import Argon2id
from authcps import actions
from tests.bench.report import line
from tests.factories import PASSWORD, MedecinFactory, sign_in
from viatraj.core.actor import Actor

BY = Actor.anonymous("192.0.2.7")
ROUNDS = {"small": 40, "full": 200}
SECONDS = {"small": 8, "full": 30}
PER_SECOND = 10


def run(scale):
    logging.disable(logging.WARNING)
    yield hashing(ROUNDS[scale])
    yield alike("sign-in", identify, ROUNDS[scale])
    yield alike("forgotten password", forget, ROUNDS[scale])
    yield storm(SECONDS[scale])


def hashing(rounds):
    """Whole first factors a second of processor: SQL, journal and all; against Django's default hasher."""
    fast, slow = (sign_ins_a_second(hasher, rounds) for hasher in (Argon2id, Argon2PasswordHasher))
    return line("connexion: sign-ins a second a core (Django's argon2)", fast, slow, "/s", ">= 8")


def sign_ins_a_second(hasher, rounds):
    path = f"{hasher.__module__}.{hasher.__name__}"
    with override_settings(PASSWORD_HASHERS=[path]):
        user = MedecinFactory()
        identify(user.login, PASSWORD)
        started = process_time()
        for _ in range(rounds // 4):
            assert identify(user.login, PASSWORD)
        return (rounds // 4) / (process_time() - started)


def identify(login, password):
    return actions.identify(
        identifiant=login, mot_de_passe=password, door="medecin", next_path="", now=timezone.now(), by=BY
    )


def forget(login, password):
    accounts.actions.ask_new_password(identifiant=login, now=timezone.now(), by=BY)


def alike(name, verb, rounds):
    """Medians of each kind of account, in turn so that all meet the same weather; each one serves once."""
    now = timezone.now()
    kinds = {
        "wrong": lambda: MedecinFactory().login,
        "locked": lambda: MedecinFactory(locked_at=now).login,
        "disabled": lambda: MedecinFactory(disabled_at=now).login,
        "unknown": lambda: MedecinFactory.build().login,
    }
    people = {kind: [make() for _ in range(rounds)] for kind, make in kinds.items()}
    taken = {kind: [] for kind in kinds}
    for rank in range(rounds):
        for kind in kinds:
            started = perf_counter()
            verb(people[kind][rank], "pas le bon mot de passe")
            taken[kind].append((perf_counter() - started) * 1000)
    medians = {kind: median(times[3:]) for kind, times in taken.items()}
    said = ", ".join(f"{kind} {value:.1f}" for kind, value in medians.items())
    slowest, fastest = max(medians.values()), min(medians.values())
    return line(f"connexion: {name}, medians ({said})", slowest, fastest, "ms", "<= 1.2")


def storm(seconds):
    """p95 of a page, calm, then with 10 sign-ins a second."""
    people = [MedecinFactory() for _ in range(20)]
    reader = sign_in(Client(), MedecinFactory())
    with served() as site:
        session = requests.Session()
        for name, morsel in reader.cookies.items():
            session.cookies.set(name, morsel.value)
        pages(session, site, 2)
        calm = pages(session, site, seconds)
        doors = [at_the_door(site, user) for user in people]
        over = threading.Event()
        thread = threading.Thread(target=sign_in_often, args=[doors, site, over])
        thread.start()
        stormy = pages(session, site, seconds)
        over.set()
        thread.join()
    name = f"connexion: p95 of a page during {PER_SECOND} sign-ins a second (calm)"
    return line(name, p95(stormy), p95(calm), "ms", "<= 2")


class served:  # noqa: N801
    """gunicorn as in production: threads, two processes, this bench's database."""

    def __enter__(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        command = [sys.executable, "-m", "gunicorn", "viatraj.wsgi", "--bind", f"127.0.0.1:{port}"]
        command += ["--workers", "2", "--threads", "4", "--log-level", "error"]
        environment = {**os.environ, "LOG_LEVEL": "ERROR", "ALLOWED_HOSTS": "127.0.0.1"}
        self.process = subprocess.Popen(command, env=environment)
        site = f"http://127.0.0.1:{port}"
        for _ in range(300):
            try:
                requests.get(f"{site}/sante/vif", timeout=1)
                return site
            except requests.RequestException:
                time.sleep(0.1)
        raise RuntimeError("gunicorn does not answer")

    def __exit__(self, *error):
        self.process.terminate()
        self.process.wait()


def pages(session, site, seconds) -> list[float]:
    """Milliseconds of each page, one after the other, ten a second."""
    taken, end = [], perf_counter() + seconds
    while perf_counter() < end:
        started = perf_counter()
        answer = session.get(f"{site}/medecin/", allow_redirects=False, timeout=10)
        taken.append((perf_counter() - started) * 1000)
        assert answer.status_code == 200, answer.status_code
        time.sleep(0.02)
    return taken


def sign_in_often(doors, site, over):
    """The first factor, by the door’s form, each person having opened the page; ends with the last answer."""
    asked = []
    while not over.is_set():
        door, typed = doors[len(asked) % len(doors)]
        asked.append(threading.Thread(target=first_factor, args=[door, site, typed]))
        asked[-1].start()
        over.wait(1 / PER_SECOND)
    for one in asked:
        one.join()


def at_the_door(site, user):
    session = requests.Session()
    session.headers["Connection"] = "close"  # an idle one may be closed under the form's feet
    page = session.get(f"{site}/connexion/medecin/", timeout=30).text
    token = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    typed = {"identifiant": user.login, "mot_de_passe": PASSWORD, "suite": "", "csrfmiddlewaretoken": token}
    return session, typed


def first_factor(session, site, typed):
    answer = session.post(f"{site}/connexion/medecin/", data=typed, allow_redirects=False, timeout=30)
    assert answer.status_code == 302, answer.status_code


def p95(taken) -> float:
    return quantiles(taken, n=20)[18]
