"""Accounts and habilitations of a whole country: revue, search, alerts, export (HAB-6, HAB-9, COM-2).

small: a twentieth of it; full: 2 million habilitations, and what is promised in milliseconds and seconds.
"""

import json
import logging
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from django.conf import settings
from django.db import connection
from django.utils import timezone

from accounts.models import User
from courrier.models import Message
from habilitations import actions
from tests.bench.habilitations import acteurs, deploiement, export, recherche, relu, revue
from tests.bench.report import line
from viatraj.core import roles
from viatraj.core.actor import Actor
from viatraj.demo import pays

SCALE = {"small": 0.05, "full": 1}
ROUNDS = {"small": 1, "full": 3}  # of each case of the revue
REQUESTS = {"small": 30, "full": 100}
# A twentieth of the country leaves the plain query a twentieth of its pains.
REVUE = {"small": "<= 1", "full": "<= 0.05"}
SEARCH = {"small": "<= 1", "full": "<= 0.5"}
ALERTS, MEMORY = 60, 150  # seconds, MB


def run(scale):
    logging.disable(logging.INFO)
    now, promised = timezone.localtime(), scale == "full"
    today = now.date()
    pays.load(SCALE[scale], now=now)
    with roles.as_owner(), connection.cursor() as cursor:
        cursor.execute("VACUUM")  # what autovacuum does in its own time
    actors = acteurs.everybody(today)
    yield from revue.sql(actors, ROUNDS[scale], today, goal=REVUE[scale], promised=promised)
    yield from revue.pages(actors, REQUESTS[scale], promised=promised)
    yield from deploiement.pages(actors, promised=promised)
    for name in ("structure", "coordination"):
        yield from recherche.run(
            name, actors[name], REQUESTS[scale], today, goal=SEARCH[scale], promised=promised
        )
        yield from recherche.without_a_name(name, actors[name], today)
    yield from alerts(today, promised=promised)
    yield from exporting(actors["coordination"].user)


def alerts(today, *, promised):
    by = Actor.system("bench")
    started = perf_counter()
    posted = actions.alert_expiries(today=today, by=by)
    seconds = perf_counter() - started
    assert posted == Message.objects.count() > 0
    if promised:
        yield line(f"alert_expiries, {posted} e-mails (promised)", seconds, ALERTS, "s", "<= 1")
    again = actions.alert_expiries(today=today, by=by)
    yield line("alert_expiries, second run", again, posted, "e-mails", "<= 0")


def exporting(referent):
    """Theirs first: it stops at the first control character of those given to the names for ours."""
    rows = export.revue_of(referent.login).rows()
    with tempfile.TemporaryDirectory(dir="/var/tmp", prefix="viatraj-bench-export-") as folder:
        path = Path(folder) / "revue.xlsx"
        theirs = exported("theirs", referent.login, path)
        users = rows.order_by("user").values_list("user", flat=True).distinct()
        for pk, nom in zip(users[: len(relu.NASTY)], relu.NASTY, strict=True):
            User.objects.filter(pk=pk).update(nom=nom)
        ours = exported("ours", referent.login, path)
        wrong = relu.read_back(path, referent.login)
    assert ours["lines"] == theirs["lines"] == rows.count()
    name = f"export of {ours['lines']} lines"
    yield line(f"{name}, CPU (django-import-export)", ours["cpu"], theirs["cpu"], "s", "<= 0.333")
    said = f"{name}, memory of the process, {ours['growth']:.0f} MB of it for the export"
    yield line(f"{said} (promised; theirs {theirs['peak']:.0f})", ours["peak"], MEMORY, "MB", "<= 1")
    yield line(f"{name}, lines read back otherwise by openpyxl", wrong, ours["lines"], "lines", "<= 0")


def exported(way, login, path) -> dict:
    command = [sys.executable, "-m", "tests.bench.habilitations.export", way, login, str(path)]
    answer = subprocess.run(command, cwd=settings.BASE_DIR, check=True, capture_output=True, text=True)
    return json.loads(answer.stdout)
