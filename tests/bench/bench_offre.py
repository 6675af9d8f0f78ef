"""Search of a unit among those of a whole country, all criteria together (DOS-4).

small: a tenth of it; full: 60,000 units. Beside it, the plain form: the same parts, and how far each unit of
the country is, whatever the place.
"""

import random
import time
from unittest.mock import patch

from django.db import connection, transaction
from django.utils import timezone

from annuaire.models import Commune, Concept
from annuaire.natures import RECEVEUSES
from demandes.models import Demande
from demandes.reads import offre, statements
from demandes.reads.offre import Besoin
from tests.bench.backend import spent
from tests.bench.report import line, percentile
from viatraj.core import roles
from viatraj.core.droits import Orientation
from viatraj.demo import pays

SCALE = {"small": 0.1, "full": 1}
SAMPLE, PLAIN_SAMPLE, ROUNDS = 150, 30, 3
PROMISED = 100  # ms
# Of a tenth of the country, to look at every unit costs no more.
AGAINST_ALL = {"small": "<= 3", "full": "<= 1"}
SANITAIRE, GRAND_AGE = Orientation.SANITAIRE, Orientation.GRAND_AGE
# Every unit, and how far it is, wherever that be.
PLAINLY = """
  SELECT {columns}, coalesce({at_u}, {at_e}) AS distance FROM {units}
  WHERE {open} AND coalesce({at_u}, {at_e}) <= %(km)s"""


# What units have answered, soon or late, to one that asks: as many as they do in half a year.
ANSWERED = """
INSERT INTO demandes_demande (dossier_id, orientation, niveau, unite_id, etablissement_id, coordination_id,
  region_id, par_niveau, par_unite_id, etat, avant, motif, depuis, changed_at, sent_at, repondue_at, version,
  rappels)
SELECT 0, 'sanitaire', 'unite', u.id, e.id, c.id, c.region_id, 'unite', u.id % 500, 'refusee', '', 'place',
  x.at, x.at, x.at - interval '1 hour' * (1 + 300 * power(random(), 3)), x.at, 1, 0
FROM annuaire_unite u JOIN annuaire_etablissement e ON e.id = u.etablissement_id
JOIN annuaire_coordination c ON c.id = e.coordination_id
CROSS JOIN LATERAL (
  SELECT now() - interval '180 days' * random() AS at FROM generate_series(1, (u.id % 41)::int)
) AS x
"""


def run(scale):
    now = timezone.now()
    if not pays.is_there():
        pays.load(SCALE[scale], now=now, people=False)
    if not Demande.objects.exists():
        answer()
    with roles.as_owner(), connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE demandes_demande, annuaire_unite, annuaire_element")
    for name, besoins in kinds(random.Random(14)).items():
        ours = timed(besoins, now)
        said = f"offre, {name}, p95 (promised; {computed(besoins, now):.0f} ms of processors)"
        yield line(said, percentile(ours, 95), PROMISED, "ms", "<= 1")
        with patch.object(statements, "around", plainly):
            plain = timed(besoins[:PLAIN_SAMPLE], now)
        for label, rank in (("p50", 50), ("p95", 95)):
            mine, theirs = percentile(ours[: len(plain)], rank), percentile(plain, rank)
            yield line(f"offre, {name}, {label} (every unit)", mine, theirs, "ms", AGAINST_ALL[scale])


@roles.as_owner()
@transaction.atomic
def answer():
    """Of no dossier: nothing here looks at one."""
    with connection.cursor() as cursor, pays.light(cursor, Demande):
        cursor.execute(ANSWERED)


def kinds(rng) -> dict[str, list[Besoin]]:
    """What is asked: all criteria together, in the usual circle and in the widest; the place alone."""
    return {
        "tous critères": [everything(rng, place) for place in places(rng)],
        "tous critères à 100 km": [everything(rng, place, km=100) for place in places(rng)],
        "hébergement": [housing(rng, place) for place in places(rng)],
        "lieu seul": [Besoin(SANITAIRE, lieu=place) for place in places(rng)],
    }


def places(rng) -> list[str]:
    """Where people live: as typed, by name and code postal."""
    living = list(Commune.objects.living().exclude(latitude=None).exclude(population=None).order_by("pk"))
    drawn = rng.choices(living, [one.population for one in living], k=SAMPLE)
    return [f"{one.codes_postaux[0] if one.codes_postaux else ''} {one.nom}" for one in drawn]


def everything(rng, place, *, km=50) -> Besoin:
    return Besoin(
        SANITAIRE,
        demandeuse=rng.randrange(500),
        natures=tuple(rng.sample([one.value for one in RECEVEUSES[SANITAIRE]], 3)),
        pathologie=rng.choice(codes("PATHOLOGIES")),
        ressources=tuple(f"RESSOURCES:{one}" for one in rng.sample(codes("RESSOURCES"), 2)),
        age=rng.randint(18, 95),
        mode="28",
        lieu=place,
        km=km,
        nom=rng.choice(("", "", "", "hopital", "clinique")),
    )


def housing(rng, place) -> Besoin:
    return Besoin(
        GRAND_AGE,
        pathologie=rng.choice(codes("PATHOLOGIES")),
        ressources=("RESSOURCES:IDE",),
        age=rng.randint(60, 100),
        sejour="TRE_R240:02",
        lieu=place,
    )


def codes(nomenclature) -> list[str]:
    return list(
        Concept.objects.filter(nomenclature=nomenclature).order_by("pk").values_list("code", flat=True)
    )


def plainly(ranges) -> str:
    here = {f"at_{one}": statements.HERE.format(one) for one in "eu"}
    return PLAINLY.format(**statements.PARTS, **here)


def timed(besoins, now) -> list[float]:
    """Milliseconds of a whole search, place and names included: the best of a few rounds."""
    return [min(once(one, now) for _ in range(ROUNDS)) for one in besoins]


def computed(besoins, now) -> float:
    """Milliseconds of a search that PostgreSQL and we have computed, p95."""
    found = []
    for one in besoins:
        started = time.process_time()
        with spent() as took:
            offre.find(one, now=now)
        found.append(took.cpu + (time.process_time() - started) * 1000)
    return percentile(found, 95)


def once(besoin, now) -> float:
    started = time.perf_counter()
    offre.find(besoin, now=now)
    return (time.perf_counter() - started) * 1000
