"""Statistics over the demandes of a whole country: the store, then figures, quantiles included (OBS-4).

small: a twenty-fifth of it; full: 5 million dossiers, 15 million demandes, 45 million transitions.
"""

import logging
from datetime import date
from statistics import median
from time import perf_counter

from django.db import connection
from django.db.models import Count
from django.utils import timezone

from observatoire import actions
from observatoire.models import Cumul, FaitDemande, FaitDossier, Mouvement
from observatoire.perimetres import Perimetre
from observatoire.rapports import CATALOGUE, Cadre, cumuls
from tests.bench.report import line
from viatraj.core import roles
from viatraj.core.actor import Actor
from viatraj.core.periods import add_months
from viatraj.demo import data, parcours, pays

SCALE = {"small": 4, "full": 100}
BY = Actor.system("observatoire")
NIGHT, OWN, TERRITORY, COUNTRY = 60, 2, 5, 10  # seconds, at full size
# A twenty-fifth of the country leaves the plain query a twenty-fifth of its pains.
PLAINLY = {"small": "<= 1", "full": "<= 0.2"}
A_DAY = 1000  # a dossier of so many moves in a day
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
    yield from _store(now)
    fin = now.date().replace(day=1)
    year = Cadre(Perimetre(national=True), add_months(fin, -12), _before(fin), now, b"bench")
    largest = _largest("etablissement"), _largest("coordination")
    for name, perimetre, bound in (
        ("the largest établissement", Perimetre(etablissements=(largest[0],)), OWN),
        ("the largest coordination", Perimetre(coordinations=(largest[1],)), TERRITORY),
    ):
        cadre = Cadre(perimetre, year.debut, year.fin, now, b"bench")
        for code in ("SAN-03", "SAN-05", "SAN-06", "GA-02"):
            took = _took(lambda code=code, cadre=cadre: list(CATALOGUE[code].lignes(cadre)))
            yield line(f"observatoire, {code}, a year of {name} (promised)", took, bound, "s", "<= 1")
    yield from _country(year, PLAINLY[scale])


def _store(now):
    started = perf_counter()
    actions.refresh_store(full=True, now=now, by=BY)
    with roles.as_owner(), connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE observatoire_faitdemande, observatoire_faitdossier")
    many = FaitDossier.objects.count()
    yield line("observatoire, all read again (promised)", perf_counter() - started, many / 500, "s", "<= 1")
    moved = FaitDossier.objects.order_by("-dossier").values_list("dossier", flat=True)[: many // A_DAY + 1]
    Mouvement.objects.bulk_create(Mouvement(dossier=one) for one in moved)
    started = perf_counter()
    actions.refresh_store(full=False, now=now, by=BY)
    yield line("observatoire, a night (promised)", perf_counter() - started, NIGHT, "s", "<= 1")


def _country(year, goal):
    plain = _took(lambda: _plain(year))
    kept = _took(lambda: list(CATALOGUE["SAN-05"].lignes(year)))
    at_once = _took(lambda: cumuls.DATED["SAN-05"](year))
    yield line("observatoire, SAN-05, a year of the country (promised)", kept, COUNTRY, "s", "<= 1")
    yield line("observatoire, SAN-05, a year of the country (source tables)", kept, plain, "s", goal)
    yield line("observatoire, SAN-05, nothing counted before (source tables)", at_once, plain, "s", "<= 4")
    for code in ("SAN-04", "SAN-06", "GA-03"):
        took = _took(lambda code=code: list(CATALOGUE[code].lignes(year)))
        yield line(f"observatoire, {code}, a year of the country (promised)", took, COUNTRY, "s", "<= 1")
    assert Cumul.objects.filter(code="SAN-05").count() >= 12


def _plain(year):
    with connection.cursor() as cursor:
        cursor.execute(PLAIN, [year.debut, _after(year.fin)])
        return cursor.fetchall()


def _took(ask) -> float:
    """Of three, once warm."""
    ask()
    found = []
    for _ in range(3):
        started = perf_counter()
        ask()
        found.append(perf_counter() - started)
    return median(found)


def _largest(column: str) -> int:
    rows = FaitDemande.objects.exclude(**{column: None}).filter(module="sanitaire").order_by()
    return rows.values_list(column).annotate(n=Count("pk")).order_by("-n").first()[0]


def _before(day: date) -> date:
    return date.fromordinal(day.toordinal() - 1)


def _after(day: date) -> date:
    return date.fromordinal(day.toordinal() + 1)
