"""The revue: every actor × filter × fixed view × sort, in milliseconds of SQL, against the plain query."""

from collections import defaultdict
from dataclasses import replace
from itertools import product
from statistics import median
from time import perf_counter

from django.core.paginator import Paginator
from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q
from django.test import Client
from django.test.utils import CaptureQueriesContext

from annuaire.models import Etablissement
from habilitations.models import Habilitation
from habilitations.profils import PROFILS
from habilitations.reads.revue import VUES, Choix, Revue
from habilitations.views.revue import SIZE
from tests.bench.habilitations.acteurs import largest_coordination
from tests.bench.habilitations.clock import sql_clock
from tests.bench.report import line, percentile
from tests.factories import sign_in
from viatraj.core.droits import Domaine, Droit, Niveau

URL = "/administration/habilitations/revue/"
SORTS = ("nom", "profil", "fin")
BOTH_WAYS = [f"{sign}{name}" for name in SORTS for sign in ("", "-")]
NAMED = {
    "nom": ["user__nom", "user__prenom", "pk"],
    "profil": ["domaine", "profil", "user__nom", "user__prenom", "pk"],
    "fin": ["fin", "pk"],
}
# Whom and what the plain query serves worst; its worst over fewer cases is at most its worst over all.
PLAINLY = ("structure", "60 unités", "coordination", "national")
PLAIN = {"domaine": ("", Domaine.HANDICAP), "profil": ("",), "tri": ("nom",)}
WORST, PAGE = 100, 300  # milliseconds, at full size
HEAVIEST, RUNS = 20, 20


def sql(actors, rounds, today, *, goal, promised):
    """All cases a few times; then those of the greatest medians many times, for their p95."""
    cases = [(name, choix) for name in actors for choix in choices(name, today)]
    times, totals = defaultdict(list), {}
    for _ in range(rounds):  # each case meets all the weathers of the machine
        for name, choix in cases:
            spent, totals[name, choix] = once(actors[name], choix, today)
            times[name, choix].append(spent)
    plain = 0
    for name, choix in cases:
        if name in PLAINLY and all(getattr(choix, field) in known for field, known in PLAIN.items()):
            spent, total = plainly(actors[name], choix, today)
            assert total == totals[name, choix], (name, choix)
            plain = max(plain, spent)
    medians = {case: median(values) for case, values in times.items()}
    heaviest = sorted(medians, key=medians.get)[-HEAVIEST:]
    again = {case: [] for case in heaviest}
    for _ in range(RUNS):
        for name, choix in heaviest:
            again[name, choix].append(once(actors[name], choix, today)[0])
    worst = {case: percentile(values, 95) for case, values in again.items()}
    top = max(worst, key=worst.get)
    every = list(medians.values())
    said = f"{len(cases)} cases, p50 {percentile(every, 50):.1f} ms, p95 {percentile(every, 95):.1f} ms"
    name = f"revue, SQL of a page, worst p95 of all ({said}; worst is {told(*top)})"
    yield line(name, worst[top], plain, "ms", goal)
    if promised:
        yield line("revue, SQL of a page, worst p95 (promised)", worst[top], WORST, "ms", "<= 1")


def choices(name, today) -> list[Choix]:
    """All domaines; profiles much held, seldom held, held by nobody; all views and sorts."""
    held = Habilitation.objects.current(today).values_list("profil").annotate(many=Count("pk"))
    known = [profil for profil, _ in held.order_by("-many")]
    nobody = [code for code in PROFILS if code not in known]
    profils = [known[0], known[len(known) // 2], known[-1], *nobody[:1]]
    filters = [(domaine, "") for domaine in ("", *Domaine.values)] + [("", profil) for profil in profils]
    coordination = str(largest_coordination().pk) if name == "national" else ""
    return [
        Choix(domaine=domaine, profil=profil, vue=vue, tri=tri, coordination=coordination)
        for (domaine, profil), vue, tri in product(filters, VUES, BOTH_WAYS)
    ]


def told(name, choix) -> str:
    return " ".join([name, *(value for value in vars(replace(choix, coordination="")).values() if value)])


def once(actor, choix, today) -> tuple[float, int]:
    """(milliseconds, rows in all) of a first page: what may be chosen, the total, keys, rows."""
    with sql_clock() as spent:
        revue = Revue(actor, choix, today=today)
        _ = revue.coordinations, revue.structures, revue.unites
        total, _ = revue.counted()
        revue.shown(revue.pks()[:SIZE])
    return sum(spent), total


def plainly(actor, choix, today) -> tuple[float, int]:
    """As a fair hand writes it: places by OR and EXISTS, names by a join, a total, fifty rows."""
    revue = Revue(actor, choix, today=today)
    rows = Habilitation.objects.current(today).filter(_seen(revue))
    if choix.domaine:
        rows = rows.giving(choix.domaine)
    if choix.profil:
        rows = rows.filter(profil=choix.profil)
    rows = revue._seen_as(rows).order_by(*NAMED[choix.tri]).with_lieu().select_related("user")
    with sql_clock() as spent:
        page = Paginator(rows, SIZE).get_page(1)
        len(page.object_list)
    return sum(spent), page.paginator.count


def _seen(revue) -> Q:
    """An établissement by its coordination; what is held on none, by its own."""
    scopes = revue.actor.rights.scopes(Droit.HABILITATION)
    mine = Q(etablissement__in=scopes.get(Niveau.ETABLISSEMENT, ()))
    mine |= Q(unite__in=scopes.get(Niveau.UNITE, ()))
    if not revue.is_wide:
        return mine
    here = Etablissement.objects.filter(pk=OuterRef("etablissement"), coordination=revue.coordination)
    return mine | Exists(here) | Q(etablissement=None, coordination=revue.coordination)


def pages(actors, rounds, *, promised):
    """Whole requests, every view and sort in turn, of a structure and of a coordination of 3,000."""
    queries = {}
    for name in ("structure", "coordination"):
        client = sign_in(Client(), actors[name].user)
        asked = [{"vue": vue, "tri": tri} for vue, tri in product(VUES, BOTH_WAYS)]
        client.get(URL)  # templates are compiled once
        times = [_milliseconds(client, asked[n % len(asked)]) for n in range(rounds)]
        if promised:
            said = f"revue, whole first page, p95, {name} (promised)"
            yield line(said, percentile(times, 95), PAGE, "ms", "<= 1")
        with CaptureQueriesContext(connection) as seen:
            client.get(URL)
        queries[name] = len(seen)
    yield line(
        "revue, statements of a page (a structure’s)", *reversed(queries.values()), "statements", "<= 1"
    )


def _milliseconds(client, asked) -> float:
    started = perf_counter()
    answer = client.get(URL, asked)
    took = (perf_counter() - started) * 1000
    assert answer.status_code == 200
    return took
