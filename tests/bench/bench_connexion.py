"""Signing in: what the chosen argon2 costs, answers that take the same time, pages during a storm.

Unknown, wrong, locked and disabled are compared by their medians, the slowest over the fastest: a stopwatch
on the other side of the network learns nothing. The storm is 10 sign-ins a second beside pages.
"""

import http.client
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from http.cookies import SimpleCookie
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter, process_time
from urllib.parse import urlencode

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
GUESSING, HONEST = 3, 60
DOOR = "/connexion/medecin/"


def run(scale):
    logging.disable(logging.WARNING)
    yield hashing(ROUNDS[scale])
    yield alike("sign-in", identify, ROUNDS[scale])
    yield alike("forgotten password", forget, ROUNDS[scale])
    yield storm(SECONDS[scale])
    yield from one_address()
    yield fresh_workers()


def hashing(rounds):
    """Whole first factors a second of processor: SQL, journal and all; against Django's default hasher.

    In turn, so that both meet the same weather; the best of each, for the noise only ever adds.
    """
    ways = [way_in(hasher) for hasher in (Argon2id, Argon2PasswordHasher)]
    taken = [[way() for way in ways] for _ in range(rounds)]
    fast, slow = (1 / min(times) for times in zip(*taken, strict=True))
    return line("connexion: sign-ins a second a core (Django's argon2)", fast, slow, "/s", ">= 8")


def way_in(hasher):
    """Signs one person in, whose password this hasher keeps; seconds of processor."""
    hashers = override_settings(PASSWORD_HASHERS=[f"{hasher.__module__}.{hasher.__name__}"])
    with hashers:
        user = MedecinFactory()

    def sign_one_in():
        with hashers:
            started = process_time()
            assert identify(user.login, PASSWORD)
            return process_time() - started

    return sign_one_in


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
    with served() as port:
        site = Visitor(port, {name: morsel.value for name, morsel in reader.cookies.items()})
        doors = [at_the_door(port, user) for user in people]
        during_a_storm(doors, pages, site, seconds / 2)  # each process has its first ones behind it
        calm = pages(site, seconds)
        stormy = during_a_storm(doors, pages, site, seconds)
    name = f"connexion: p95 of a page during {PER_SECOND} sign-ins a second (calm)"
    return line(name, p95(stormy), p95(calm), "ms", "<= 2")


def one_address():
    """A hospital's one address, from which three programs try unknown names while its people sign in."""
    people = [MedecinFactory() for _ in range(20)]
    with served() as port:
        doors, over, guesses = [at_the_door(port, user) for user in people], threading.Event(), []
        calm = [timed(first_factor_or_not, *doors[n % len(doors)]) for n in range(HONEST)]
        programs = [threading.Thread(target=guess, args=[port, n, over, guesses]) for n in range(GUESSING)]
        for one in programs:
            one.start()
        time.sleep(2)  # their budget is spent by now
        stormy = [timed(first_factor_or_not, *doors[n % len(doors)]) for n in range(HONEST)]
        over.set()
        for one in programs:
            one.join()
    refused = sum(status != 302 for status, _ in calm + stormy)
    said = f"{guesses.count(429)} of {len(guesses)} guesses got 429"
    name = f"connexion: right sign-ins refused during guesses from the same address ({said}), of"
    yield line(name, refused, 2 * HONEST, "", "<= 0")
    taken, before = (p95([ms for _, ms in answers]) for answers in (stormy, calm))
    yield line("connexion: p95 of a right sign-in during those guesses (calm)", taken, before, "ms", "<= 20")


def guess(port, number, over, guesses):
    """One unknown name after the other, each page read first as a browser does."""
    door, typed = at_the_door(port, MedecinFactory.build())
    while not over.is_set():
        typed |= {"identifiant": f"inconnu{number}-{len(guesses)}"}
        guesses.append(door.ask("POST", DOOR, typed)[0])


def first_factor_or_not(door, typed) -> int:
    return door.ask("POST", DOOR, typed)[0]


def timed(work, *args):
    started = perf_counter()
    found = work(*args)
    return found, (perf_counter() - started) * 1000


def fresh_workers():
    """All workers die at once: the first page of those that take their place, beside the same page before."""
    with served() as port:
        visitor = Visitor(port)
        before = [timed(visitor.ask, "GET", DOOR)[1] for _ in range(40)][8:]
        children = Path(f"/proc/{served.last.pid}/task/{served.last.pid}/children").read_text().split()
        for child in children:
            os.kill(int(child), signal.SIGKILL)
        first = max(patiently(visitor)[1] for _ in range(8))
    return line("connexion: first pages after all workers died (warm)", first, median(before), "ms", "<= 100")


def patiently(visitor):
    """Asked again while nobody listens, in the time that is measured."""
    started = perf_counter()
    while True:
        try:
            status, _ = visitor.ask("GET", DOOR)
            return status, (perf_counter() - started) * 1000
        except OSError:
            time.sleep(0.005)


def during_a_storm(doors, work, *args):
    over = threading.Event()
    thread = threading.Thread(target=sign_in_often, args=[doors, over])
    thread.start()
    try:
        return work(*args)
    finally:
        over.set()
        thread.join()


class served:  # noqa: N801
    """gunicorn as in production, on this bench's database."""

    def __enter__(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        command = [sys.executable, "-m", "gunicorn", "viatraj.wsgi", "--config", "deploy/gunicorn.py"]
        command += ["--bind", f"127.0.0.1:{port}", "--log-level", "error"]
        environment = {**os.environ, "LOG_LEVEL": "ERROR", "ALLOWED_HOSTS": "127.0.0.1"}
        self.process = served.last = subprocess.Popen(command, env=environment)
        for _ in range(300):
            try:
                Visitor(port).ask("GET", "/sante/vif")
                return port
            except OSError:
                time.sleep(0.1)
        raise RuntimeError("gunicorn does not answer")

    def __exit__(self, *error):
        self.process.terminate()
        self.process.wait()


class Visitor:
    """A browser of the barest kind: what it costs here is taken from the server's two cores."""

    def __init__(self, port, cookies=()):
        self.port, self.cookies = port, dict(cookies)

    def ask(self, method, path, typed=None):
        """Status and text; a connection each: an idle one may be closed under one's feet."""
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if typed is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, typed and urlencode(typed), headers)
            answer = connection.getresponse()
            for value in answer.headers.get_all("Set-Cookie", ()):
                self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(value).items()}
            return answer.status, answer.read().decode()
        finally:
            connection.close()


def pages(site, seconds) -> list[float]:
    """Milliseconds of each page, one after the other."""
    taken, end = [], perf_counter() + seconds
    while perf_counter() < end:
        started = perf_counter()
        status, _ = site.ask("GET", "/medecin/")
        taken.append((perf_counter() - started) * 1000)
        assert status == 200, status
        time.sleep(0.02)
    return taken


def sign_in_often(doors, over):
    """The first factor, by the door’s form, each person having opened the page; ends with the last answer."""
    asked = []
    while not over.is_set():
        door, typed = doors[len(asked) % len(doors)]
        asked.append(threading.Thread(target=first_factor, args=[door, typed]))
        asked[-1].start()
        over.wait(1 / PER_SECOND)
    for one in asked:
        one.join()


def at_the_door(port, user):
    door = Visitor(port)
    _, page = door.ask("GET", DOOR)
    token = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    typed = {"identifiant": user.login, "mot_de_passe": PASSWORD, "suite": "", "csrfmiddlewaretoken": token}
    return door, typed


def first_factor(door, typed):
    status, _ = door.ask("POST", DOOR, typed)
    assert status == 302, status


def p95(taken) -> float:
    return quantiles(taken, n=20)[18]
