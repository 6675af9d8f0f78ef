"""Dossiers of a whole country: searches, lists, counters, pages (DOS-1, DOS-4).

small: a fiftieth of it; full: 5 million dossiers, and what is promised in milliseconds. A tenth of them is
loaded first: the figures over it and over all of them show what grows.
"""

import logging
from collections import defaultdict
from itertools import product
from statistics import median

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import chartes
from accounts.models import AcceptationCharte
from dossiers.models import Dossier
from dossiers.reads.traitants import Liste
from tests.bench.dossiers import acteurs, questions
from tests.bench.report import line, percentile
from tests.factories import sign_in
from viatraj.core import roles
from viatraj.demo import patientele, pays

SCALE = {"small": 0.02, "full": 1}
SAMPLE = {"small": 2, "full": 4}
RUNS, HEAVIEST = 10, 8
# A fiftieth of the country leaves the plain query a fiftieth of its pains.
PLAINLY = {"small": "<= 1", "full": "<= 0.05"}
NUMERO, PATIENT, COUNTERS, LIST = 20, 150, 50, 100  # milliseconds, at full size
QUERIES = 12


def run(scale):
    logging.disable(logging.INFO)
    now, promised = timezone.localtime(), scale == "full"
    if not pays.is_there():
        pays.load(SCALE[scale], now=now)
    before = {}
    if not patientele.is_there():
        patientele.load(SCALE[scale], now=now, tenths=range(1))
        _vacuum()
        before = {name: worst for name, (worst, _) in _asked(acteurs.everybody(now.date()), 2).items()}
        patientele.load(SCALE[scale], now=now, tenths=range(1, 10))
        _vacuum()
    actors = acteurs.everybody(now.date())
    asked = _asked(actors, SAMPLE[scale])
    for name, (worst, said) in asked.items():
        grown = f", {before[name]:.1f} over a tenth" if name in before else ""
        bound = {
            "numero": NUMERO,
            "patient": PATIENT,
            "counters": COUNTERS,
            "à accepter": COUNTERS,
            "list": LIST,
        }[name]
        yield line(f"dossiers, {name}, SQL, worst p95 ({said}{grown}; promised)", worst, bound, "ms", "<= 1")
    for name, worst in _plainly(actors, SAMPLE[scale]).items():
        yield line(
            f"dossiers, {name}, worst p95 of SQL (plain query)", asked[name][0], worst, "ms", PLAINLY[scale]
        )
    yield from _pages(actors, promised=promised)


def _vacuum():
    with roles.as_owner(), connection.cursor() as cursor:
        cursor.execute(
            "VACUUM ANALYZE dossiers_dossier, dossiers_presence, dossiers_lienmedecin, dossiers_volet"
        )


def _asked(actors, sample) -> dict[str, tuple[float, str]]:
    """Of each question: (worst p95, what it is of)."""
    return {name: _worst(cases) for name, cases in _cases(actors, sample).items()}


def _cases(actors, sample) -> dict[str, dict[str, callable]]:
    """By question: what each case is called → how it is asked."""
    cases = defaultdict(dict)
    numeros, names = questions.numeros(sample), questions.names(sample)
    for who, actor in actors.items():
        for typed in [*numeros, *questions.mine(actor, sample)]:
            cases["numero"][who, typed] = (questions.numero, actor, typed)
        for nom, prenom in names:
            cases["patient"][who, nom, prenom] = (questions.patient, actor, nom, prenom)
        for case in questions.lists(actor):
            cases["list"][who, *case] = (questions.page, actor, *case)
        if actor.in_medecin_space or actor.is_acting:
            cases["counters"][who,] = (questions.waiting, actor)
            cases["à accepter"][who,] = (questions.page, actor, Liste.A_ACCEPTER)
    return cases


def _worst(cases) -> tuple[float, str]:
    """All a few times; the heaviest many times, for their p95."""
    times = defaultdict(list)
    for _ in range(2):
        for case, (ask, *arguments) in cases.items():
            times[case].append(ask(*arguments))
    medians = {case: min(values) for case, values in times.items()}
    heaviest = sorted(medians, key=medians.get)[-HEAVIEST:]
    again = defaultdict(list)
    for _, case in product(range(RUNS), heaviest):
        ask, *arguments = cases[case]
        again[case].append(ask(*arguments))
    worst = {case: percentile(values, 95) for case, values in again.items()}
    top = max(worst, key=worst.get)
    said = " ".join(str(part) for part in top if part)
    every = list(medians.values())
    return worst[top], f"{len(every)} cases, p50 {median(every):.1f} ms; worst is {said}"


def _plainly(actors, sample) -> dict[str, float]:
    """The plain query's worst over fewer cases, once each: at most its worst over all."""
    some = ["unité", "unité éteinte", "30 unités éteintes", "coordination", "médecin"]
    known = [actors[name] for name in some]
    names = questions.names(sample)
    lists = [
        (Liste.TOUS, orientation, dans, tri, 1)
        for orientation, dans, tri in [
            ("", "", "recents"),
            ("tnd", "", "recents"),
            ("", "suspendu", "recents"),
            ("", "", "nom"),
        ]
    ]
    return {
        "patient": max(questions.patient_plainly(actor, *name) for actor in known for name in names[::5]),
        "list": max(questions.page_plainly(actor, *case) for actor in known for case in lists),
    }


def _pages(actors, *, promised):
    """Statements of whole pages: as many for the busiest as for somebody with little; a dossier’s own."""
    counts = {}
    for name in ("unité éteinte", "plusieurs qualités", "médecin peu actif", "médecin"):
        client = _signed_in(actors[name].user)
        counts[name] = _statements(client, "/dossiers/?taille=50")
    for few, many in (("unité éteinte", "plusieurs qualités"), ("médecin peu actif", "médecin")):
        said = f"dossiers, statements of the list ({many}; {few})"
        yield line(said, counts[many], counts[few], "statements", "<= 1")
    actor = actors["unité"]
    mine = Dossier.objects.visible_to(actor).filter(orientation="sanitaire", decision="").order_by("-pk")
    numero = mine.values_list("numero", flat=True)[0]
    spent = _statements(_signed_in(actor.user), f"/dossiers/{numero}/")
    yield line(
        "dossiers, statements of a page with six volets (promised)", spent, QUERIES, "statements", "<= 1"
    )


def _signed_in(user) -> Client:
    """Whoever of the country has never come in has not accepted the charte either."""
    current = chartes.current(timezone.localdate())
    if not AcceptationCharte.objects.filter(user=user, version=current.version).exists():
        AcceptationCharte.objects.create(user=user, version=current.version, digest=current.digest)
    return sign_in(Client(), user)


def _statements(client, url) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as seen:
        answer = client.get(url)
    assert answer.status_code == 200, url
    return len(seen)
