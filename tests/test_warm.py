"""The first page of a fresh worker costs what the next ones do: nothing is left to import or compile."""

import runpy
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.db import OperationalError, connection
from django.db.backends.postgresql.base import DatabaseWrapper
from django.template import engines
from django.template.base import Template
from django.test import Client

from tests.factories import MedecinFactory, sign_in
from tests.patience import PATIENCE
from viatraj import warm

PAGES = ("/connexion/medecin/", "/medecin/", "/mon-compte/", "/documentation/", "/dossiers/recherche/")


@pytest.fixture
def compiled(monkeypatch):
    """Names of the templates that were compiled, from none known."""
    names, compile_nodelist = [], Template.compile_nodelist

    def noted(template):
        names.append(template.name)
        return compile_nodelist(template)

    for loader in engines["django"].engine.template_loaders:
        loader.reset()
    monkeypatch.setattr(Template, "compile_nodelist", noted)
    return names


@pytest.mark.django_db
@pytest.mark.parametrize("is_warm", [False, True])
def test_no_template_is_left_to_compile(compiled, is_warm):
    """Near miss: without it, these pages compile dozens."""
    browser = sign_in(Client(), MedecinFactory())
    if is_warm:
        warm.once()
    before = len(compiled)
    assert {browser.get(url).status_code for url in PAGES} == {200}
    assert (len(compiled) - before == 0) is is_warm


def test_views_are_imported_before_the_first_fork():
    code = (
        "import sys; from viatraj.wsgi import application; from viatraj import warm\n"
        "before = 'habilitations.views.revue' in sys.modules; warm.once()\n"
        "from django.db import connection\n"
        "print(before, 'habilitations.views.revue' in sys.modules, connection.connection)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.split() == ["False", "True", "None"], "and no connection is open at the fork"


def test_what_draws_papers_waits_for_a_paper_but_in_web_processes():
    """Workers, beat and sender know every URL and task, and are 25 MB lighter."""
    code = (
        "import sys; from viatraj.celery import app; from viatraj.wsgi import application\n"
        "from django.urls import get_resolver; from viatraj import warm\n"
        "app.autodiscover_tasks(force=True); get_resolver()._populate()\n"
        "before = 'fpdf' in sys.modules; warm.once()\n"
        "print('dossiers.views.impressions' in sys.modules, before, 'fpdf' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.split() == ["True", "False", "True"]


@pytest.mark.django_db(transaction=True)
def test_each_thread_of_a_worker_has_its_connection():
    both = threading.Barrier(2)

    def look(_):
        both.wait(PATIENCE)
        held = connection.connection is not None and connection.connection.info.backend_pid
        connection.close()
        return held

    with ThreadPoolExecutor(2) as pool:
        warm.each_thread(pool, 2)
        held = set(pool.map(look, range(2)))
    assert len(held) == 2
    assert all(held)


@pytest.mark.django_db(transaction=True)
def test_a_database_that_is_down_stops_no_worker(monkeypatch, caplog):
    def down(_):
        raise OperationalError("nobody there")

    with ThreadPoolExecutor(1) as pool, monkeypatch.context() as patch:
        patch.setattr(DatabaseWrapper, "ensure_connection", down)
        warm.each_thread(pool, 1)
    assert "warm.no_database" in caplog.text


def test_gunicorn_does_both(monkeypatch):
    done = []
    monkeypatch.setattr(warm, "once", lambda: done.append("once"))
    monkeypatch.setattr(warm, "each_thread", lambda pool, threads: done.append((pool, threads)))
    known = runpy.run_path(str(settings.BASE_DIR / "deploy" / "gunicorn.py"))
    assert known["preload_app"], "what is warmed is inherited"
    known["when_ready"](None)
    known["post_worker_init"](SimpleNamespace(tpool="its threads"))
    assert done == ["once", ("its threads", known["threads"])]
