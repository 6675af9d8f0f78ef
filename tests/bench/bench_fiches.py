"""The directory of a whole country: lists of a référent, sheets, their forms, public searches (ANN-1, ANN-3).

small: a tenth of it; full: 35,000 établissements and 60,000 units, and what is promised in milliseconds.
Lists and searches are set against the same questions as a fair hand writes them, which find the same rows.
"""

import logging
from collections import defaultdict
from itertools import product
from time import perf_counter

from django.db import connection
from django.test import Client
from django.utils import timezone

from annuaire.models import Commune, Etablissement, Unite
from tests.bench.fiches import questions
from tests.bench.report import line, percentile
from tests.factories import HabilitationFactory, as_professionnel, referent_of, sign_in
from viatraj.core import roles
from viatraj.demo import pays

SCALE = {"small": 0.1, "full": 1}
PROMISED = {"small": "<= 1", "full": "<= 1"}
# A tenth of the country leaves the plain query a tenth of its pains.
PLAINLY = {"small": "<= 0.5", "full": "<= 0.05"}
CASES, RUNS, HEAVIEST, REQUESTS = 16, 10, 8, 60
PAGE, SEARCH, NEAREST = 100, 100, 20  # milliseconds


def run(scale):
    logging.disable(logging.INFO)
    started = perf_counter()
    pays.load(SCALE[scale], now=timezone.localtime(), people=False)
    seconds = perf_counter() - started
    with roles.as_owner(), connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    sizes = f"{Etablissement.objects.count()} établissements, {Unite.objects.count()} units"
    yield line(f"fiches, the country ({sizes}; promised)", seconds, 300, "s", "<= 1")
    largest = questions.largest_coordination()
    users = {
        "coordination": referent_of(largest),
        "structure": referent_of(questions.largest_of(largest)),
        "national": HabilitationFactory(lieu=None, profil="administrateur_national").user,
    }
    today = timezone.localdate()
    lists = [
        (who, choix, number)
        for who, choix, number in product(users, questions.choices(), (1, questions.LAST))
    ]
    actors = {who: as_professionnel(user) for who, user in users.items()}
    yield from _compared(
        "list of a référent",
        {case: (lambda case=case: questions.listed(actors[case[0]], *case[1:], today)) for case in lists},
        {
            case: (lambda case=case: questions.listed_plainly(actors[case[0]], *case[1:], today))
            for case in lists
        },
        PAGE,
        scale,
    )
    asked = questions.searches(CASES)
    yield from _compared(
        "public search",
        {case: (lambda case=case: questions.found(case)) for case in asked},
        {case: (lambda case=case: questions.found_plainly(case)) for case in asked},
        SEARCH,
        scale,
    )
    near = questions.places(CASES)
    yield from _compared(
        "nearest 50 of a kind within 50 km",
        {case: (lambda case=case: questions.nearest(*case)) for case in near},
        {case: (lambda case=case: questions.nearest_plainly(*case)) for case in near},
        NEAREST,
        scale,
    )
    yield from _pages(users, largest)


def _compared(name, ours, plain, bound, scale):
    """Of ours: each a few times, the heaviest many times; of the plain ones: each once, and the same rows."""
    times, found = defaultdict(list), {}
    for _ in range(3):
        for case, ask in ours.items():
            spent, found[case] = ask()
            times[case].append(spent)
    slowest, different = 0, 0
    for case, ask in plain.items():
        spent, rows = ask()
        slowest, different = max(slowest, spent), different + (rows != found[case])
    best = {case: min(values) for case, values in times.items()}
    again = defaultdict(list)
    for _, case in product(range(RUNS), sorted(best, key=best.get)[-HEAVIEST:]):
        again[case].append(ours[case]()[0])
    worst = {case: percentile(values, 95) for case, values in again.items()}
    top = max(worst, key=worst.get)
    every = [value for values in times.values() for value in values]
    p50, p95 = percentile(every, 50), percentile(every, 95)
    told = f"{len(ours)} cases, p50 {p50:.1f} ms, worst {worst[top]:.1f} of {top}"
    yield line(f"fiches, {name}, p95 ({told}; promised)", p95, bound, "ms", "<= 1")
    yield line(
        f"fiches, {name}, worst p95 (the plain query’s worst)", worst[top], slowest, "ms", PLAINLY[scale]
    )
    yield line(f"fiches, {name}, other rows than the plain query’s", different, len(ours), "cases", "<= 0")


def _pages(users, largest):
    """Whole requests, drawn all over the country."""
    here = Etablissement.objects.filter(coordination=largest).order_by("pk")
    busiest = questions.largest_of(largest)
    unite = busiest.unites.order_by("pk").first()
    communes = [one.nom for one in Commune.objects.order_by("-population")[:20]]
    fiche = f"/administration/etablissements/{busiest.pk}/"
    some = list(here.values_list("pk", flat=True)[:REQUESTS])
    known = {
        "list of a coordination": ["/administration/etablissements/"],
        "list, to be completed": ["/administration/etablissements/?fiche=non&etat=active"],
        "list, by name": [f"/administration/etablissements/?q={q}" for q in ("ehpad", "bar", "991000")],
        "sheet": [f"/administration/etablissements/{pk}/" for pk in some],
        "units of the largest": [f"{fiche}unites/"],
        "edit form": [f"{fiche}modifier/coordonnees/", f"/administration/unites/{unite.pk}/modifier/offre/"],
        "sheet of a unit": [f"/administration/unites/{unite.pk}/"],
        "public search": [f"/annuaire/?lieu={nom}&nature=ehpad" for nom in communes],
        "public search, by name": ["/annuaire/?nom=clinique", "/annuaire/?nom=ehpad+ba"],
        "public search, by need": ["/annuaire/?pathologie=AVC&prestation=CHI", "/annuaire/?pathologie=SEP"],
        "public page": [f"/annuaire/etablissement/{one.finess}/" for one in here[:REQUESTS]],
    }
    for name, addresses in known.items():
        client = Client() if "public" in name else sign_in(Client(), users["coordination"])
        times = [_milliseconds(client, addresses[n % len(addresses)]) for n in range(REQUESTS + 1)][1:]
        yield line(f"fiches, {name}, whole page, p95 (promised)", percentile(times, 95), PAGE, "ms", "<= 1")


def _milliseconds(client, address) -> float:
    started = perf_counter()
    answer = client.get(address, secure=True)
    took = (perf_counter() - started) * 1000
    assert answer.status_code == 200, (answer.status_code, address)
    return took
