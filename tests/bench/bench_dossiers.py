"""Dossiers of a whole country: searches, lists, counters, pages (DOS-1, DOS-4).

small: a fiftieth of it; full: 5 million dossiers, and what is promised in milliseconds. A tenth of them is
loaded first: the figures over it and over all of them show what grows.
"""

import logging
import random
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
from tests.bench.dossiers import acteurs, pages, questions, simples
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
# Cases of each actor that are asked plainly too.
COMPARED = {"small": 2, "full": 4}
SLOWER = "<= 0.25"  # where both take some milliseconds
IDLE = ("unité éteinte", "30 unités éteintes", "unité sans dossier", "médecin peu actif")


def run(scale):
    logging.disable(logging.INFO)
    now = timezone.localtime()
    if not pays.is_there():
        pays.load(SCALE[scale], now=now)
    before = {}
    if not patientele.is_there():
        patientele.load(SCALE[scale], now=now, tenths=range(1))
        _vacuum()
        few = _cases(acteurs.everybody(now.date()), 2)
        before = {name: _worst(of)[0] for name, of in few.items()}
        patientele.load(SCALE[scale], now=now, tenths=range(1, 10))
        _vacuum()
    actors = acteurs.everybody(now.date())
    cases = _cases(actors, SAMPLE[scale])
    asked = {name: _worst(of) for name, of in cases.items()}
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
    yield from _plainly(cases, asked, scale)
    yield from _pages(actors)
    yield from pages.cpu(_signed_in(actors["unité"].user), scale)


def _vacuum():
    with roles.as_owner(), connection.cursor() as cursor:
        cursor.execute(
            "VACUUM ANALYZE dossiers_dossier, dossiers_presence, dossiers_lienmedecin, dossiers_volet"
        )


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
    """All a few times; the heaviest many times, for their p95; and which one that is."""
    times = {case: min(_spent(asked) for _ in range(2)) for case, asked in cases.items()}
    heaviest = sorted(times, key=times.get)[-HEAVIEST:]
    again = defaultdict(list)
    for _, case in product(range(RUNS), heaviest):
        again[case].append(_spent(cases[case]))
    worst = {case: percentile(values, 95) for case, values in again.items()}
    top = max(worst, key=worst.get)
    every = list(times.values())
    return worst[top], f"{len(every)} cases, p50 {median(every):.1f} ms; worst is {_called(top)}"


def _spent(asked) -> float:
    return _answer(asked)[0]


def _answer(asked):
    ask, *arguments = asked
    return ask(*arguments)


def _called(case) -> str:
    return " ".join(str(part) for part in case if part)


def _plainly(cases, asked, scale):
    """Against the plain query, over some cases of each actor: its worst is at least that over all of them."""
    for name, simple in (("patient", simples.patient), ("list", simples.page)):
        plain = {case: simple(*cases[name][case][1:]) for case in _picked(cases[name], COMPARED[scale])}
        worst = max(took for took, _ in plain.values())
        few = {case: ask for case, ask in cases[name].items() if _is_idle(case)}
        of_all = f"the plain query’s worst over {len(plain)} of the cases"
        yield line(
            f"dossiers, {name}, SQL, worst p95 ({of_all})", asked[name][0], worst, "ms", PLAINLY[scale]
        )
        said = f"dossiers, {name}, SQL, idle and rare, worst p95 ({of_all})"
        yield line(said, _worst(few)[0], worst, "ms", PLAINLY[scale])
        ours = {case: min(_answer(cases[name][case]) for _ in range(3)) for case in plain}
        ended = [case for case, (_, found) in plain.items() if found is not None]
        same = sum(plain[case][1] == ours[case][1] for case in ended)
        said = f"dossiers, {name}, what the plain query finds, in its order"
        yield line(said, same, len(ended), "cases", ">= 1")
        slower = {case: ours[case][0] - plain[case][0] for case in plain if ours[case][0] > plain[case][0]}
        most = max(slower, key=slower.get, default=None)
        told = f"most {_called(most)}, {slower[most]:.1f} ms more" if most else "none"
        said = f"dossiers, {name}, slower than the plain query ({told})"
        yield line(said, len(slower), len(plain), "cases", SLOWER)


def _picked(cases, many):
    """As many of each actor, at random; and what few or none of anybody’s dossiers are, of idle ones."""
    by_actor = defaultdict(list)
    for case in cases:
        by_actor[case[0]].append(case)
    rng = random.Random(7)
    picked = [case for of in by_actor.values() for case in rng.sample(of, many)]
    return dict.fromkeys(
        picked + [case for case in cases if case[0] in IDLE and questions.is_rare(*case[1:])]
    )


def _is_idle(case) -> bool:
    return case[0] in IDLE or questions.is_rare(*case[1:])


def _pages(actors):
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
