"""OBS-4: whatever is killed, each order has one file, and it is right.

`make test` sends some orders and kills the worker twice at moments drawn by SEED; `make proofs` ten times.
"""

import os
import random
import signal
import time
from io import BytesIO

import openpyxl
import pytest
import redis
from django.conf import settings
from django.db import connection
from django.utils import timezone

from courrier.models import Message
from observatoire import actions, rapports
from observatoire.actions import fabrique
from observatoire.models import Commande, Etat
from tests.concurrency import at_once
from tests.courrier.rig import started, wait_until
from tests.factories import CoordinationFactory, EtablissementFactory, as_professionnel, referent_of
from tests.observatoire import rig
from tests.observatoire.rig import SYSTEM, ordered
from viatraj.core.droits import Niveau

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("essai")]
SEED = int(os.environ.get("SEED") or 16)
CELERY = ("-m", "celery", "-A", "tests.observatoire.cadence")
WORKER = (*CELERY, "worker", "--queues", "rapports", "--concurrency", 2, "--prefetch-multiplier", 1)
PATIENCE = 600


class Service:
    def __init__(self, folder):
        self.folder, self.running = folder, {}
        self.start("worker", *WORKER)
        self.start("beat", *CELERY, "beat", "--max-interval", 1, "--schedule", folder / "beat")

    def start(self, name, *words):
        log = self.folder / f"{name}.log"
        self.running[name] = started(*words, log=log, DATA_DIR=str(settings.DATA_DIR))

    def kill(self, name):
        process = self.running.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def stop(self):
        for name in [*self.running]:
            self.kill(name)


@pytest.fixture
def service(tmp_path, folder):
    held = []

    def start() -> Service:
        held.append(Service(tmp_path))
        return held[0]

    yield start
    for one in held:
        one.stop()


@pytest.mark.parametrize(("orders", "kills"), [(4, 2), pytest.param(20, 10, marks=pytest.mark.proofs)])
def test_each_order_has_one_right_file(service, folder, orders, kills, monkeypatch):
    monkeypatch.setattr(fabrique, "TRIES", 100)
    chance = random.Random(SEED)
    people = [as_professionnel(referent_of(EtablissementFactory())) for _ in range(2)]
    known = {"criteres": {"lignes": ["5000"]}}
    rows = [ordered(people[n % 2], **known) for n in range(orders)]
    running = service()
    for number in range(kills):
        wait_until(lambda: Commande.objects.filter(etat=Etat.COURS).exists() or _done() >= orders, PATIENCE)
        time.sleep(chance.uniform(0, 0.4))
        running.kill("worker")
        if number % 2:
            redis.Redis.from_url(settings.REDIS_URL).delete("rapports")  # the broker is emptied as well
        Commande.objects.filter(etat=Etat.COURS).update(essais=0)  # as if each kill were the first
        running.start("worker", *WORKER)
    wait_until(lambda: _done() >= orders, PATIENCE)
    running.stop()
    names = {one.stored_as for one in Commande.objects.all()}
    on_disk = {str(one.relative_to(folder)) for one in folder.rglob("*") if one.is_file()}
    assert (len(names), names - on_disk) == (orders, set())
    assert Message.objects.count() == orders
    for one in rows:
        by = as_professionnel(one.user)
        one.refresh_from_db()
        raw = b"".join(actions.read_file(one, today=timezone.localdate(), by=by))
        sheet = openpyxl.load_workbook(BytesIO(raw), read_only=True)["Données"]
        numbers = [row[0] for row in sheet.iter_rows(min_row=2, max_col=1, values_only=True)]
        assert numbers == list(range(5000))


def _done() -> int:
    return Commande.objects.filter(etat=Etat.DISPONIBLE).count()


def make_next() -> bool:
    return actions.make_next(now=timezone.now(), by=SYSTEM)


def test_a_territory_does_not_hold_up_the_others(folder, monkeypatch):
    """While one of a territory is made, a second one waits, and a small one behind it does not."""
    coordination = CoordinationFactory()
    wide, by = (
        as_professionnel(referent_of(coordination)),
        as_professionnel(referent_of(EtablissementFactory())),
    )
    known = {"niveau": Niveau.COORDINATION, "territoire": coordination.pk}
    first, second = ordered(wide, **known), ordered(wide, **known)
    small, seen = ordered(by), {}

    def while_made(cadre):
        if not cadre.perimetre.propre and not seen:
            seen["others"] = at_once(make_next) + at_once(make_next)
            seen.update(Commande.objects.values_list("pk", "etat"))
        yield from rig.lignes(cadre)

    monkeypatch.setitem(rapports.CATALOGUE, "SAN-99", rig.essai(lignes=while_made))
    while make_next():
        pass
    assert seen == {
        "others": [True, False],
        first.pk: Etat.COURS,
        second.pk: Etat.ATTENTE,
        small.pk: Etat.DISPONIBLE,
    }
    assert set(Commande.objects.values_list("etat", flat=True)) == {Etat.DISPONIBLE}


def test_two_workers_make_two_orders_and_none_twice(folder):
    by = as_professionnel(referent_of(EtablissementFactory()))
    for _ in range(2):
        ordered(by)
    assert at_once(make_next, make_next, make_next).count(True) == 2
    assert {one.passage for one in Commande.objects.all()} == {1}
    assert Message.objects.count() == 2


def test_the_beat_leaves_alone_what_is_being_made(folder, monkeypatch):
    by = as_professionnel(referent_of(EtablissementFactory()))
    commande, seen = ordered(by), []

    def while_made(cadre):
        seen.extend(at_once(lambda: actions.take_back(now=timezone.now(), by=SYSTEM)))
        yield from rig.lignes(cadre)

    monkeypatch.setitem(rapports.CATALOGUE, "SAN-99", rig.essai(lignes=while_made))
    assert make_next()
    commande.refresh_from_db()
    assert (seen, commande.etat, commande.passage) == ([0], Etat.DISPONIBLE, 1)


def test_a_report_takes_one_core_and_pages_have_the_others(folder, monkeypatch):
    """OBS-4: PostgreSQL starts no second process, sorts in memory; what comes after is as before."""
    ordered(as_professionnel(referent_of(EtablissementFactory())))
    seen = []

    def while_made(cadre):
        seen.append(_granted())
        yield from rig.lignes(cadre)

    monkeypatch.setitem(rapports.CATALOGUE, "SAN-99", rig.essai(lignes=while_made))
    before = _granted()
    assert make_next()
    assert (set(seen), _granted()) == ({("0", "64MB")}, before)
    assert before != ("0", "64MB")


def _granted() -> tuple[str, str]:
    """How many processes more, how much memory for a sort."""
    with connection.cursor() as cursor:
        names = ("max_parallel_workers_per_gather", "work_mem")
        cursor.execute("SELECT current_setting(%s), current_setting(%s)", names)
        return cursor.fetchone()
