"""Statistics over the demandes of a whole country: the store, then figures, quantiles included (OBS-4).

small: a twenty-fifth of it; full: 5 million dossiers, 15 million demandes, 45 million transitions. Beside
what is waited for stands what PostgreSQL has computed: on a machine that does other things too, the first
says what these cost.
"""

import logging
from datetime import date
from statistics import median

from django.db import connection
from django.db.models import Count
from django.utils import timezone

from dossiers.models import Dossier
from observatoire import actions, magasin
from observatoire.models import Cumul, FaitDemande, FaitDossier, Mouvement
from observatoire.perimetres import Perimetre
from observatoire.rapports import CATALOGUE, Cadre, cumuls
from tests.bench.backend import Spent, spent
from tests.bench.observatoire import commandes
from tests.bench.report import line
from viatraj.core import roles
from viatraj.core.actor import Actor
from viatraj.core.cores import one_core
from viatraj.core.periods import add_months
from viatraj.demo import data, parcours, pays

SCALE = {"small": 4, "full": 100}
BY = Actor.system("observatoire")
NIGHT, OWN, TERRITORY, COUNTRY = 60, 2, 5, 10  # seconds, at full size
# A twenty-fifth of the country leaves the plain query a twenty-fifth of its pains.
PLAINLY = {"small": "<= 1", "full": "<= 0.2"}
A_DAY, LATE = 1000, 20  # a dossier of so many moves in a day; so many of any age are put right
A_SECOND = 3000  # dossiers that a complete run reads and counts
PART = 10  # the store is looked at when it holds so small a part of it, then whole
TO_OWN = ("SAN-01", "SAN-02", "SAN-03", "SAN-04", "SAN-05", "SAN-06", "SAN-07", "GA-01", "GA-02", "GA-03")
TO_TERRITORY = ("SAN-04", "SAN-05", "SAN-06", "SAN-07", "SAN-08", "GA-02", "GA-03", "GA-04", "TND-01")
# The same figures of the same year, from the source tables: what a plain query would do.
PLAIN = """
SELECT date_trunc('month', q.sent_at AT TIME ZONE 'Europe/Paris'), q.region_id, count(*),
  count(DISTINCT (d.nom_cle, d.prenom_cle, d.date_naissance)), count(q.repondue_at),
  percentile_disc(ARRAY[0.25, 0.5, 0.75, 0.9]) WITHIN GROUP (ORDER BY q.sent_at - d.created_at),
  percentile_disc(ARRAY[0.25, 0.5, 0.75, 0.9]) WITHIN GROUP (ORDER BY q.repondue_at - q.sent_at),
  percentile_disc(ARRAY[0.25, 0.5, 0.75, 0.9]) WITHIN GROUP (ORDER BY q.date_admission - q.repondue_at::date)
FROM demandes_demande q JOIN dossiers_dossier d ON d.id = q.dossier_id
WHERE q.orientation = 'sanitaire' AND q.niveau <> 'coordination' AND q.sent_at >= %s AND q.sent_at < %s
GROUP BY 1, 2
"""


def run(scale):
    logging.disable(logging.INFO)
    now = timezone.localtime()
    if not pays.is_there():
        data.load_country(SCALE[scale], now=now)
    elif not parcours.is_there():
        parcours.load(now=now)
    fin = now.date().replace(day=1)
    year = Cadre(Perimetre(national=True), add_months(fin, -12), _before(fin), now, b"bench")
    _read(part=PART)
    few = _asked(year)
    yield from _store(now)
    many = _asked(year)
    for name, took in many.items():
        said = f"observatoire, {name}, CPU of PostgreSQL: {PART} times the dossiers"
        yield line(said, took.cpu, few[name].cpu, "ms", f"<= {PART * 1.5}")
    for name, codes, bound in (("etablissement", TO_OWN, OWN), ("coordination", TO_TERRITORY, TERRITORY)):
        cadre = _of_the_largest(name, year)
        for code in codes:
            took = _took(lambda code=code, cadre=cadre: list(CATALOGUE[code].lignes(cadre)))
            yield from _both(f"{code}, a year of the largest {name}", took, bound)
    yield from _country(year, PLAINLY[scale])
    yield from commandes.orders()
    yield from commandes.pages(scale)


def _read(*, part):
    """The store as it would be of a country so many times smaller: its first dossiers."""
    with roles.as_owner(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE observatoire_faitdemande, observatoire_faitdossier, observatoire_cumul")
    last, left = 0, Dossier.objects.count() // part
    while left > 0 and (found := magasin.after(last, min(left, 5000))):
        magasin.read_again(found, followed=False)
        last, left = found[-1], left - len(found)
    _vacuum()


def _vacuum():
    with roles.as_owner(), connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE observatoire_faitdemande, observatoire_faitdossier")


def _asked(year):
    """The same few questions, of little and of much: nothing is counted before."""
    asked = {"SAN-05 of the country": year}
    asked |= {
        f"SAN-05 of the largest {name}": _of_the_largest(name, year)
        for name in ("etablissement", "coordination")
    }
    return {
        name: _took(lambda cadre=cadre: cumuls.KEPT["SAN-05"].compute(cadre)) for name, cadre in asked.items()
    }


def _store(now):
    took = _refreshed(now, full=True)
    many = FaitDossier.objects.count()
    yield from _both(f"all {many} read again", took, many / A_SECOND)
    _vacuum()
    yield from _both("a night without a move", _refreshed(now), NIGHT)
    rows = FaitDossier.objects.values_list("dossier", flat=True)
    moved = {*rows.order_by("-dossier")[: many // A_DAY + 1], *rows.order_by("ligne")[:LATE]}
    Mouvement.objects.bulk_create(Mouvement(dossier=one) for one in moved)
    # What the source has not: each is written again.
    FaitDemande.objects.filter(dossier__in=moved).update(motif="night")
    FaitDossier.objects.filter(dossier__in=moved).update(departement="00")
    months = Cumul.objects.count()
    took = _refreshed(now)
    assert Cumul.objects.count() == months
    yield from _both(f"a night of {len(moved)} dossiers, {LATE} of them of any age", took, NIGHT)


def _refreshed(now, *, full=False) -> Spent:
    with spent() as took:
        actions.refresh_store(full=full, now=now, by=BY)
    return took


def _both(name, took, bound):
    yield line(f"observatoire, {name} (promised)", took.wall / 1000, bound, "s", "<= 1")
    yield line(f"observatoire, {name}, CPU of PostgreSQL (promised)", took.cpu / 1000, bound, "s", "<= 1")


def _country(year, goal):
    plain = _took(lambda: _plain(year))
    kept = _took(lambda: list(CATALOGUE["SAN-05"].lignes(year)))
    at_once = _took(lambda: cumuls.KEPT["SAN-05"].compute(year))
    for name, took, most in (
        ("a year of the country", kept, goal),
        ("nothing counted before", at_once, "<= 4"),
    ):
        said = f"observatoire, SAN-05, {name}"
        yield line(f"{said} (source tables)", took.wall, plain.wall, "ms", most)
        yield line(f"{said}, CPU of PostgreSQL (source tables)", took.cpu, plain.cpu, "ms", most)
    yield from _both("SAN-05, nothing counted before", at_once, COUNTRY)


def _of_the_largest(name, year) -> Cadre:
    perimetre = Perimetre(**{f"{name}s": (_largest(name),)})
    return Cadre(perimetre, year.debut, year.fin, year.now, b"bench")


def _plain(year):
    with connection.cursor() as cursor:
        cursor.execute(PLAIN, [year.debut, _after(year.fin)])
        return cursor.fetchall()


def _took(ask) -> Spent:
    """Of three, once warm; on one core, as a report is made."""
    found = []
    with one_core():
        ask()
        for _ in range(3):
            with spent() as took:
                ask()
            found.append(took)
    return Spent(median(one.wall for one in found), median(one.cpu for one in found))


def _largest(column: str) -> int:
    rows = FaitDemande.objects.exclude(**{column: None}).filter(module="sanitaire").order_by()
    return rows.values_list(column).annotate(n=Count("pk")).order_by("-n").first()[0]


def _before(day: date) -> date:
    return date.fromordinal(day.toordinal() - 1)


def _after(day: date) -> date:
    return date.fromordinal(day.toordinal() + 1)
