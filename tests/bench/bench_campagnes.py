"""A review campaign over 100,000 habilitations of 3,000 structures (HAB-11); small: a fifth of it."""

import json
import logging
import subprocess
import sys
import uuid
from datetime import timedelta
from time import perf_counter

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.models import Count
from django.test import Client
from django.utils import timezone

from accounts import chartes
from accounts.models import AcceptationCharte, User
from annuaire.models import Coordination, Lieu
from habilitations import actions
from habilitations.models import Campagne, Examen, Relecteur
from habilitations.reads import campagnes
from tests.bench.report import line, percentile
from tests.factories import HabilitationFactory, as_professionnel, sign_in
from viatraj.core import roles
from viatraj.core.actor import Actor
from viatraj.demo import pays

SCALE = {"small": 0.02, "full": 0.1}
REVIEWERS, REQUESTS = 20, {"small": 40, "full": 100}
OPENING, SLICE, PAGE, REPORT, MEMORY = 30, 1, 300, 20, 150  # s, s, ms, s, MB
BY = Actor.system("bench")
# As reviewers would have: nine in ten decided, mostly kept. Each by somebody who may.
DECIDED = """
    UPDATE habilitations_examen e SET state = 'decided', decided_by_id = r.user_id, decided_at = now(),
      decision = CASE WHEN e.id %% 20 = 0 THEN 'remove' ELSE 'keep' END,
      motif = CASE WHEN e.id %% 20 = 0 THEN 'A quitté la structure' ELSE '' END,
      applied_at = CASE WHEN e.id %% 20 = 0 THEN now() END
    FROM (SELECT DISTINCT ON (bureau) bureau, user_id FROM habilitations_relecteur
          WHERE campagne_id = %s ORDER BY bureau, rang DESC) r
    WHERE e.campagne_id = %s AND e.bureau = r.bureau AND e.titulaire_id <> r.user_id AND e.id %% 10 <> 0"""


def run(scale):
    logging.disable(logging.INFO)
    now = timezone.localtime()
    today = now.date()
    pays.load(SCALE[scale], now=now)
    with roles.as_owner(), connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    campagne, spent, worst = opened(now, today)
    said = campagnes.progress(campagne)
    structures = Examen.objects.filter(campagne=campagne).aggregate(
        many=Count("habilitation__etablissement", distinct=True)
    )["many"]
    name = f"campaign of {said.total} lines over {structures} structures"
    yield line(f"{name}, opening", spent, OPENING, "s", "<= 1")
    yield line(f"{name}, longest slice", worst, SLICE, "s", "<= 1")
    yield line("lines without reviewer", said.sans_relecteur, said.total, "lines", "<= 0.05")
    with roles.as_owner(), connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    yield from pages(campagne, REQUESTS[scale])
    started = perf_counter()
    posted = actions.remind_reviewers(today=today, by=BY)
    yield line(f"{posted} reminders", perf_counter() - started, 60, "s", "<= 1")
    started = perf_counter()
    actions.follow_campagne(campagne, today=today, by=BY)
    yield line("everything looked at again", perf_counter() - started, OPENING, "s", "<= 1")
    yield from report(campagne, now)


def opened(now, today) -> tuple[Campagne, float, float]:
    lieux = [Lieu.of(one) for one in Coordination.objects.select_related("region").order_by("pk")]
    national = HabilitationFactory(lieu=None, profil="administrateur_national").user
    said = {"nom": "Revue", "profils": [], "inutilisees": False, "echeance": today + timedelta(days=60)}
    said |= {"effet": "now", "restes": "keep", "nouvelles": "add", "message": "", "cle": uuid.uuid4()}
    by = as_professionnel(national)
    started = perf_counter()
    campagne = actions.open_campagne(lieux=lieux, today=today, by=by, **said)
    worst = perf_counter() - started
    while campagne.state == Campagne.State.PREPARING:
        begun = perf_counter()
        campagne = actions.fill_slice(campagne, today=today, now=now, by=BY)
        worst = max(worst, perf_counter() - begun)
    return campagne, perf_counter() - started, worst


def pages(campagne, requests):
    """The lists of those who have the most to read, their first pages and the ones after."""
    desks = campagnes.by_desk(campagne).exclude(bureau="")[:REVIEWERS]
    readers = Relecteur.objects.filter(campagne=campagne, bureau__in=[one["bureau"] for one in desks])
    users = list(User.objects.filter(pk__in=readers.values("user")).order_by("pk")[:REVIEWERS])
    current, spent = chartes.current(timezone.localdate()), []
    for user in users:
        AcceptationCharte.objects.create(user=user, version=current.version, digest=current.digest)
    for n in range(requests):
        client, user = Client(), users[n % len(users)]
        sign_in(client, user)
        started = perf_counter()
        answer = client.get(f"/administration/campagnes/{campagne.pk}/examens/?page={1 + n // len(users)}")
        spent.append((perf_counter() - started) * 1000)
        assert answer.status_code == 200
    told = f"a reviewer's page, {requests} by {len(users)} people, up to {desks[0]['total']} lines, p95"
    yield line(told, percentile(spent, 95), PAGE, "ms", "<= 1")


def report(campagne, now):
    with roles.as_owner(), connection.cursor() as cursor:
        cursor.execute(DECIDED, [campagne.pk, campagne.pk])
    national = campagne.user
    actions.close_campagne(campagne, now=now, by=as_professionnel(national))
    words = [sys.executable, "-m", "tests.bench.habilitations.compte_rendu", str(campagne.pk)]
    answer = subprocess.run(words, cwd=settings.BASE_DIR, check=True, capture_output=True, text=True)
    said = json.loads(answer.stdout.splitlines()[-1])
    assert said["made"]
    sizes = campagnes.sizes(campagne)
    name = f"its report (xlsx {sizes['classeur'] / 1e6:.1f} MB, pdf {sizes['pdf'] / 1e6:.2f} MB)"
    yield line(f"{name}, sealed in {said['sealed']:.1f} s", said["seconds"], REPORT, "s", "<= 1")
    yield line(f"{name}, memory of the process", said["peak"], MEMORY, "MB", "<= 1")
    started = perf_counter()
    broken = ""
    try:
        call_command("campagne_verify", str(campagne.pk))
    except Exception as error:  # decided by SQL: the journal does not know of it, and says so
        broken = str(error)
    assert "n’est pas celle du journal" in broken
    yield line("campagne_verify, until its first break", perf_counter() - started, 60, "s", "<= 1")
