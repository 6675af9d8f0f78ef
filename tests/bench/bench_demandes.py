"""Dashboards over the demandes of a whole country: pages, counters, statements, processor (DOS-4, COM-9).

small: a fiftieth of it; full: 15 million demandes, of which a million lives, beside 2 million habilitations.
Beside what is waited for stands what PostgreSQL has computed: on a machine that does other things too, the
first says what these cost.
"""

import logging
import random
from collections import defaultdict
from dataclasses import dataclass
from itertools import product
from statistics import median

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import chartes
from accounts.models import AcceptationCharte
from tests.bench.demandes import acteurs, pages, questions, simples
from tests.bench.demandes.questions import Cas
from tests.bench.report import line, percentile
from tests.factories import sign_in
from viatraj.core import roles
from viatraj.demo import data, parcours, pays

SCALE = {"small": 2, "full": 100}
RUNS, HEAVIEST, WARM = 20, 8, 40
PAGE, COUNTERS = 100, 50  # milliseconds, at full size
# A fiftieth of the country leaves the plain query a fiftieth of its pains.
PLAINLY = {"small": "<= 1", "full": "<= 0.05"}
# Cases of each actor that are asked plainly too.
COMPARED = {"small": 3, "full": 30}


@dataclass(frozen=True)
class Worst:
    """Of a question: p95 of its heaviest cases, waited for and computed, and which ones these are."""

    wall: float
    cpu: float
    said: str


def run(scale):
    logging.disable(logging.INFO)
    now = timezone.localtime()
    if not pays.is_there():
        data.load_country(SCALE[scale], now=now)
    elif not parcours.is_there():
        parcours.load(now=now)
    with roles.as_owner(), connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE demandes_demande, dossiers_dossier, dossiers_presence")
    actors = acteurs.everybody(now.date())
    asked = [one for who, actor in actors.items() for one in questions.cases(who, actor, now)]
    firsts = list({(one.who, one.tableau, one.qui): one for one in reversed(asked)}.values())
    for name, ask, plain, of, bound in (
        ("page", questions.page, simples.page, asked, PAGE),
        ("counters", questions.counters, simples.counters, firsts, COUNTERS),
    ):
        yield from _measured(name, _Question(ask, plain, actors, now), of, bound, scale)
    yield from _statements(actors)
    yield from pages.cpu(signed_in(actors[f"receveur, {acteurs.FEW} unités"].user), scale)


@dataclass(frozen=True)
class _Question:
    ask: callable
    plainly: callable
    actors: dict
    now: object

    def ours(self, cas: Cas):
        return self.ask(cas, self.actors[cas.who], self.now)

    def plain(self, cas: Cas):
        return self.plainly(cas, self.actors[cas.who], self.now)


def _measured(name, question, asked, bound, scale):
    for cas in asked[:: max(1, len(asked) // WARM)]:
        question.ours(cas)
    once = {cas: question.ours(cas)[0] for cas in asked}
    worst = _worst(question, once)
    yield line(f"demandes, {name}, SQL, worst p95 ({worst.said}; promised)", worst.wall, bound, "ms", "<= 1")
    yield line(f"demandes, {name}, CPU of PostgreSQL, worst p95 (promised)", worst.cpu, bound, "ms", "<= 1")
    plain = {cas: question.plain(cas) for cas in _picked(asked, COMPARED[scale])}
    slowest = max(plain, key=lambda cas: plain[cas][0].wall)
    took = plain[slowest][0]
    of_all = f"the plain query’s worst of {len(plain)}, {slowest.said}"
    goal = PLAINLY[scale]
    yield line(f"demandes, {name}, SQL, worst p95 ({of_all})", worst.wall, took.wall, "ms", goal)
    yield line(f"demandes, {name}, CPU of PostgreSQL (the same)", worst.cpu, took.cpu, "ms", goal)
    idle = _worst(question, {cas: took for cas, took in once.items() if cas.is_rare})
    yield line(f"demandes, {name}, SQL, idle and rare ({idle.said})", idle.wall, took.wall, "ms", goal)
    ended = {cas: found for cas, (_, found) in plain.items() if found is not None}
    same = sum(question.ours(cas)[1] == found for cas, found in ended.items())
    yield line(
        f"demandes, {name}, what the plain query finds, in its order", same, len(ended), "cases", ">= 1"
    )


def _worst(question, once) -> Worst:
    """Of cases asked once, the heaviest for the processor many times, for their p95."""
    heaviest = sorted(once, key=lambda cas: once[cas].cpu)[-HEAVIEST:]
    again = defaultdict(list)
    for _, cas in product(range(RUNS), heaviest):
        again[cas].append(question.ours(cas)[0])
    wall = {cas: percentile([one.wall for one in spent], 95) for cas, spent in again.items()}
    cpu = {cas: percentile([one.cpu for one in spent], 95) for cas, spent in again.items()}
    top = max(wall, key=wall.get)
    middle = f"p50 {median(one.wall for one in once.values()):.1f} ms"
    computed = f"of PostgreSQL {median(one.cpu for one in once.values()):.1f} and {max(cpu.values()):.1f} ms"
    return Worst(
        wall[top], max(cpu.values()), f"{len(once)} cases, {middle}, {computed}; worst is {top.said}"
    )


def _picked(asked, many) -> list[Cas]:
    """As many of each actor, at random; and of what few or none of anybody’s demandes are."""
    by_actor, rng = defaultdict(list), random.Random(14)
    for cas in asked:
        by_actor[cas.who].append(cas)
    picked = [cas for of in by_actor.values() for cas in rng.sample(of, min(many, len(of)))]
    rare = [cas for cas in asked if cas.is_rare]
    return list(dict.fromkeys(picked + rng.sample(rare, min(len(picked), len(rare)))))


def _statements(actors):
    """Of whole pages: as many for the busiest as for somebody with little."""
    for code, few, many in (
        ("receveur", f"receveur, {acteurs.MANY} unités éteintes", f"receveur, {acteurs.MANY} unités"),
        ("prescripteur", "prescripteur éteint", "prescripteur"),
        ("medecin", "médecin peu actif", "médecin"),
    ):
        url = f"/tableaux/{code}/?vue=closes"
        counts = [_asked(signed_in(actors[who].user), url) for who in (many, few)]
        yield line(f"demandes, statements of a page ({many}; {few})", *counts, "statements", "<= 1")


def signed_in(user) -> Client:
    """Whoever of the country has never come in has not accepted the charte either."""
    current = chartes.current(timezone.localdate())
    known = {"user": user, "version": current.version}
    AcceptationCharte.objects.get_or_create(**known, defaults={"digest": current.digest})
    return sign_in(Client(), user)


def _asked(client, url) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as seen:
        answer = client.get(url)
    assert answer.status_code == 200, url
    return len(seen)
