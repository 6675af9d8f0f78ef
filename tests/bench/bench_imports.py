"""Files of people to import: how long a référent waits for the check, and others for a slice (HAB-4).

Thirty lines as they come in a hospital: half of the people new, a few lines wrong. A thousand: the most that
a file may hold.
"""

import logging
from datetime import timedelta
from time import perf_counter
from uuid import uuid4

from django.db import connection
from django.urls import reverse
from django.utils import timezone

from courrier.models import Message
from habilitations.imports import actions, reader
from habilitations.models import Import
from tests.bench.report import line, percentile
from tests.factories import EtablissementFactory, UniteFactory, UserFactory, as_professionnel, referent_of
from tests.habilitations import imports
from viatraj.core.actor import Actor

CHECK, SLICE, PER_LINE = 3, 1, 0.05  # seconds
WORKER = Actor.system("imports")


def run(scale):
    logging.disable(logging.INFO)
    reverse("mon_compte")  # as a worker that has started
    now, today = timezone.now(), timezone.localdate()
    hopital = EtablissementFactory(finess="990000017")
    unites = [UniteFactory(etablissement=hopital, nom=f"Unité {letter}") for letter in "ABCDE"]
    by = as_professionnel(referent_of(hopital))
    for count in (30, 1_000):
        rows = list(_rows(count, unites, today))
        started = perf_counter()
        upload = _deposited(rows, now=now, by=by)
        checked = _timed(upload, today=today, now=now)
        waited = perf_counter() - started
        assert len(upload.good) == count - count // 10
        goal = CHECK if count == 30 else PER_LINE * count
        yield line(f"import of {count} lines, read and checked", waited, goal, "s", "<= 1")
        actions.confirm(upload, now=now, by=by)
        slices, written = [], Message.objects.count()
        with connection.execute_wrapper(_Slices(slices)):
            seconds = _timed(upload, today=today, now=now)
        assert upload.state == Import.State.DONE
        letters = Message.objects.count() - written
        yield line(
            f"import of {count} lines, written (checked in {checked:.1f} s)", seconds, goal, "s", "<= 1"
        )
        longest, usual = max(slices), percentile(slices, 95) if len(slices) > 1 else slices[0]
        yield line(f"its longest slice of {len(slices)} (p95 {usual:.2f} s)", longest, SLICE, "s", "<= 1")
        people = len({told["compte"] for told in upload.given})
        yield line("letters, for people told", letters, people, "letters", "<= 1")


def _rows(count, unites, today):
    """Two lines a person; one line in ten is wrong."""
    fin = today + timedelta(days=400)
    for n in range(count):
        who = n // 2
        person = {"nom": f"Import {_word(who)}", "prenom": "Maëlle", "email": f"i{count}-{who}@ch.example"}
        if who % 2 and n % 2 == 0:
            UserFactory(**person, login=f"i{count}x{who}", charte=False)
        wrong = {"profil": "sorcier"} if n % 10 == 9 else {}
        places = {"unite": unites[n % len(unites)].nom}
        yield imports.line(**person, fin=fin, **places, **wrong)


def _word(number) -> str:
    return "".join("abcdefghij"[int(figure)] for figure in str(number))


def _deposited(rows, *, now, by):
    lines = reader.read(imports.xlsx(*rows))
    return actions.deposit(lines=lines, file_name="a.xlsx", cle=uuid4(), now=now, by=by)


def _timed(upload, *, today, now) -> float:
    started = perf_counter()
    actions.proceed(upload.pk, today=today, now=now, by=WORKER)
    upload.refresh_from_db()
    return perf_counter() - started


class _Slices:
    """How long accounts stay locked: from the statement that locks those of a slice to its last one."""

    def __init__(self, seconds):
        self.seconds, self.since = seconds, None

    def __call__(self, execute, sql, params, many, context):
        if self.since is None and "FOR NO KEY UPDATE" in sql and "accounts_user" in sql:
            self.since = perf_counter()
        answer = execute(sql, params, many, context)
        if self.since is not None and sql.startswith("UPDATE") and "habilitations_import" in sql:
            self.seconds.append(perf_counter() - self.since)
            self.since = None
        return answer
