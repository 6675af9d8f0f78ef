"""Closing a structure of 1,001 people: what its référent waits for, and others meanwhile (ANN-7)."""

import logging
from time import perf_counter

from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from annuaire import actions
from annuaire.models import Etablissement
from habilitations.models import Habilitation
from tests.bench.report import line
from tests.factories import (
    EtablissementFactory,
    HabilitationFactory,
    UniteFactory,
    as_professionnel,
    referent_of,
)
from viatraj.core.actor import Actor

PEOPLE, REQUEST, SLICE, ALL = 1_001, 0.5, 1, 34  # the last in one request, before
WORKER = Actor.system("fermetures")


def run(scale):
    logging.disable(logging.INFO)
    reverse("mon_compte")  # as a worker that has started
    here = EtablissementFactory()
    unite, after = (UniteFactory(etablissement=here) for _ in range(2))
    by, now = as_professionnel(referent_of(here.coordination)), timezone.now()
    _crowd(unite)
    known = {"now": now, "by": by}
    asked = {"on": timezone.localdate(now), "replaced_by": after, "follow": True}
    fermeture, seconds = _timed(actions.close_structure, unite, **asked, **known)
    yield line(f"closing a unit of {PEOPLE} people, the request", seconds, REQUEST, "s", "<= 1")
    yield from _settled(fermeture, "closing it")
    assert Habilitation.objects.living().filter(unite=after).count() == PEOPLE
    fermeture, seconds = _timed(actions.reopen, unite, give_back=True, **known)
    yield line("opening it again, the request", seconds, REQUEST, "s", "<= 1")
    yield from _settled(fermeture, "giving back")
    assert Habilitation.objects.living().filter(unite=unite).count() == PEOPLE
    into = EtablissementFactory(coordination=here.coordination)
    here = Etablissement.objects.get(pk=here.pk)
    _, seconds = _timed(actions.split, here, unites=[unite], into=into, by=by)
    yield line(f"a unit of {PEOPLE} people to another établissement", seconds, SLICE, "s", "<= 1")


def _settled(fermeture, what):
    seconds, goes_on = [], True
    while goes_on:
        goes_on, took = _timed(actions.settle_slice, fermeture, by=WORKER)
        seconds.append(took)
    yield line(f"{what}, the longest of {len(seconds)} slices", max(seconds), SLICE, "s", "<= 1")
    yield line(f"{what}, all of it", sum(seconds), ALL, "s", "<= 0.25")


def _timed(action, *args, **known):
    started = perf_counter()
    done = action(*args, **known)
    return done, perf_counter() - started


def _crowd(unite) -> None:
    """As many people with the same profile; one statement for each table."""
    first = HabilitationFactory(lieu=unite)
    person, held = _columns(first.user), _columns(first)
    people = User.objects.bulk_create(
        User(**person | {"login": f"foule{n}", "email": f"foule{n}@ch.example"}) for n in range(1, PEOPLE)
    )
    Habilitation.objects.bulk_create(Habilitation(**held | {"user_id": one.pk}) for one in people)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _columns(row) -> dict:
    fields = [one for one in row._meta.concrete_fields if not one.primary_key and not one.generated]
    return {one.attname: getattr(row, one.attname) for one in fields}
