"""TRC-5: words found nowhere else are typed into every form, doubled, refused; then every log is searched."""

import os
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from django.conf import settings
from django.db import IntegrityError

from accounts.models import User
from courrier.models import Message
from journal.models import Entry
from tests.courrier.rig import Sink
from tests.factories import UserFactory
from tests.house.plan import World, our_routes
from tests.patience import PATIENCE
from tests.site.test_failures import Running
from tools.servers import free_port

CANARY = "zephyrintemoin"
CSRF = "a" * 32
ROLES = ("anonymous", "signing", "arriving", "owner", "acting", "referent", "plain")
# Acts that would end the walk, and what only tests may not leave: the demonstration's own pages.
LEFT_OUT = ("authcps:sign_out", "end_other_sessions", "demo")
OPEN = (200, 405)  # a page of theirs, or an address that only takes what a button sends
KEPT = (
    "cle",
    "version",
    "debut",
    "fin",
    "delegation",
    "idnat",
    "canal",
    "porte",
    "reception",
    "reponse",
    "modele",
)


def typed(name, value, kind):
    """What somebody types into this field: a name or an address of its kind, or what is refused."""
    if name in KEPT or not isinstance(value, str):
        return value
    if kind == "refused":
        return f"{CANARY}\u202e{'9' * 300}"
    if "mail" in name or name == "target":
        return f"{CANARY}@canari.example"
    return CANARY.capitalize()


class Walker:
    """One role's browser over HTTP."""

    def __init__(self, world, role, url):
        browser = world.browser(role)
        self.principal = browser.principal
        cookies = {one.key: one.value for one in browser.client.cookies.values()}
        self.cookies = {**cookies, settings.CSRF_COOKIE_NAME: CSRF}
        self.url = url

    def get(self, path, query):
        return self._ask("GET", path, params=query)

    def post(self, path, data):
        tokens = {"csrfmiddlewaretoken": CSRF, "au_nom_de": self.principal.pk if self.principal else ""}
        return self._ask("POST", path, data={**data, **tokens})

    def _ask(self, method, path, **known):
        address = f"{self.url}{path}"
        return requests.request(
            method, address, cookies=self.cookies, allow_redirects=False, timeout=PATIENCE, **known
        ).status_code


def walk(world, url) -> set[int]:
    """Statuses met; each form is sent as typed by two at once, then refused; once where it is not theirs."""
    statuses = set()
    routes = [route for route in our_routes() if not route.name.startswith(LEFT_OUT)]
    with ThreadPoolExecutor(2) as two:
        for role in ROLES:
            somebody = Walker(world, role, url)
            for route in routes:
                path, query, body = world.url(route), world.query(route), world.body(route)
                shown = somebody.get(path, dict.fromkeys(query or ("nom",), CANARY))
                statuses.add(shown)
                times, kinds = (2, ("typed", "refused")) if shown in OPEN else (1, ("refused",))
                for kind in kinds if body else ():
                    data = {name: typed(name, value, kind) for name, value in body.items()}
                    statuses |= set(two.map(somebody.post, [path] * times, [data] * times))
    return statuses


def plain(text):
    return unicodedata.normalize("NFKD", text).casefold()


@pytest.mark.django_db(transaction=True)
def test_no_log_of_any_part_holds_what_was_typed(tmp_path):
    world, port = World(), free_port()
    gunicorn = [
        "-m",
        "gunicorn",
        "viatraj.wsgi",
        "--config",
        "deploy/gunicorn.py",
        "--bind",
        f"127.0.0.1:{port}",
    ]
    worker = ["-m", "celery", "-A", "viatraj", "worker", "--concurrency", 1, "--loglevel", "INFO"]
    with (
        Sink(tmp_path) as sink,
        Running(gunicorn, tmp_path / "web.log", WEB_CONCURRENCY="2", EMAIL_URL=sink.url) as web,
        Running(worker, tmp_path / "worker.log"),
        Running(["manage.py", "deliver_messages"], tmp_path / "courrier.log", EMAIL_URL=sink.url) as courrier,
    ):
        web.until(lambda: "Booting worker" in web.log.read_text())
        statuses = walk(world, f"http://127.0.0.1:{port}")
        courrier.until(lambda: sink.count() or not Message.objects.filter(state="pending").exists())
    known = User.objects.create(login=CANARY, nom=CANARY)
    with pytest.raises(IntegrityError):  # what an ordinary double click did
        UserFactory(login=known.login, nom=CANARY)
    assert {200, 302, 403, 404, 422} <= statuses
    assert not [status for status in statuses if status >= 500]
    logs = {log.name: plain(log.read_text()) for log in (*tmp_path.glob("*.log"), *_of_servers())}
    del logs["sink.log"]  # the test's own mail server, which is no part of the product
    assert {"web.log", "worker.log", "courrier.log", "postgres.log"} <= logs.keys()
    assert '"route": "connexion/medecin/"' in logs["web.log"]
    assert "duplicate key value" in logs["postgres.log"]
    assert [line for text in logs.values() for line in text.splitlines() if CANARY in line] == []
    told = Entry.objects.values_list("label", "data")
    assert [line for line in told if CANARY in plain(str(line)) and "@" not in str(line)] == []


def _of_servers():
    """PostgreSQL's and Valkey's, beside the socket's folder."""
    socket = parse_qs(urlsplit(os.environ["DATABASE_URL"]).query)["host"][0]
    return Path(socket).parents[1].glob("*.log")
