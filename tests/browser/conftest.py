"""A demo town for the browser: a directory, two médecins, a relay and a sender for real."""

import asyncio
import os
import threading

import pytest
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import expect

import annuaire.actions
from tests.browser.story import Person
from tests.courrier.rig import answers, wait_until
from tests.factories import MedecinFactory
from tests.looks import NARROWEST
from tests.patience import PAGE
from viatraj.core.actor import Actor
from viatraj.demo import extraction, smtp

expect.set_options(timeout=PAGE)

# At a desk, on a telephone of 320 pixels, and there without scripts.
MODES = {"large": (1280, True), "étroit": (NARROWEST, True), "sans script": (NARROWEST, False)}
SEED = int(os.environ.get("SEED") or 14)
DRAWN = sorted(MODES)[SEED % len(MODES)]
TOULOUSE = {"code_postal": "31000", "commune": "TOULOUSE", "specialite": "Médecine Générale"}


@pytest.fixture
def leclercq(transactional_db):
    return MedecinFactory(nom="Leclercq", prenom="Christine", login="899100045771")


@pytest.fixture
def leon(transactional_db):
    return MedecinFactory(nom="Léon", prenom="Gabriel", login="899100045789")


@pytest.fixture
def directory(tmp_path, leclercq, leon):
    """A real import of a small synthetic extraction, with our médecins in it."""
    path = tmp_path / "PS_LibreAcces_Personne_activite_202611200100.txt"
    people = [
        {"idnat": user.login, "nom": user.nom.upper(), "prenom": user.prenom, **TOULOUSE}
        for user in (leclercq, leon)
    ]
    extraction.write(path, 300, seed=3, people=people)
    annuaire.actions.import_rpps(path, now=timezone.localtime(), by=Actor.system("rpps"))


@pytest.fixture
def post_office(settings, tmp_path, unused_tcp_port):
    """The demo's SMTP server, and a call that sends what is due."""
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", unused_tcp_port
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.DEMO_SMTP_DIR = tmp_path / "mail"
    loop = asyncio.new_event_loop()
    serving = loop.create_task(smtp.serve(unused_tcp_port, settings.DEMO_SMTP_DIR))
    thread = threading.Thread(target=lambda: _until_cancelled(loop, serving))
    thread.start()
    wait_until(lambda: answers(unused_tcp_port))
    yield lambda: call_command("deliver_messages", once=True)
    loop.call_soon_threadsafe(serving.cancel)
    thread.join()


def _modes():
    drawn = {name: [] if name == DRAWN else pytest.mark.proofs for name in MODES}
    return [pytest.param(known, id=name, marks=drawn[name]) for name, known in MODES.items()]


@pytest.fixture(params=_modes())
def at_work(request, new_context, live_server, post_office):
    """Signs somebody in, in a browser of his own: in one mode in `make test`, in all in `make proofs`."""
    width, scripts = request.param

    def arrive(user):
        size = {"width": width, "height": 844}
        context = new_context(viewport=size, java_script_enabled=scripts)
        person = Person(context, live_server.url, user, post_office).is_in()
        if not scripts:  # axe is one
            person.looks = person.sees
        return person

    return arrive


def _until_cancelled(loop, task):
    try:
        loop.run_until_complete(task)
    except asyncio.CancelledError:
        pass
    finally:
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()


@pytest.fixture
def unused_tcp_port():
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
