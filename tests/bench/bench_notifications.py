"""Handicap: both boards over the notifications of a country, pages, counters and statements (DOS-4).

small: a twentieth; full: 600,000 decisions, each told to three ESMS of its MDPH, of which one in five lives.
"""

import logging
from itertools import cycle, islice, product

from django.db import connection
from django.db.models import Count
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from annuaire.models import Coordination, Etablissement
from demandes.handicap.statuts import Cote
from demandes.handicap.suivis import ESMS, MDPH
from demandes.models import Notification
from demandes.reads.suivis import Suivis, found
from habilitations.profils import ESMS_CONSULTATION
from habilitations.profils import MDPH as PROFIL_MDPH
from tests.bench.backend import Spent, spent
from tests.bench.report import line, percentile
from tests.factories import HabilitationFactory, UserFactory, as_professionnel
from viatraj.core import roles
from viatraj.demo import pays

STRUCTURES = {"small": 0.2, "full": 1}
DECISIONS, TOLD = {"small": 30_000, "full": 600_000}, 3
PAGE, COUNTERS, RUNS = 100, 50, 20  # milliseconds
# How many of a hundred stand where; closed are those after.
LIVING = {"39": 4, "40": 3, "41": 3, "42": 2, "72": 2, "71": 2, "43": 1, "47": 2, "45": 1}
CLOSED = {"48": 50, "46": 10, "49": 20}
NOBODY = ("BALA", "LU")
MOTIFS = {"45": "114", "46": "114", "49": "109"}
WRITTEN = """
CREATE TEMP TABLE mdph ON COMMIT DROP AS
SELECT c.id, c.region_id, array_agg(e.id ORDER BY e.id) AS places, row_number() OVER (ORDER BY c.id) AS n
FROM annuaire_coordination c JOIN annuaire_etablissement e ON e.coordination_id = c.id
GROUP BY c.id, c.region_id;
INSERT INTO demandes_decision (mdph_id, numero, nom, prenom, date_naissance, naissance_precision, sexe,
  categorie, debut, fin, motif, cree_par_id, cle, version, created_at)
SELECT mdph.id, 'B' || g, upper({name}), (%(prenoms)s::text[])[1 + g %% 80],
  %(today)s - 2000 - g %% 4000, 'jour', 'F', '48', %(today)s - 300, %(today)s + 300, '', %(author)s,
  gen_random_uuid(), 1, %(now)s
FROM (SELECT g, floor(40960 * power(random(), 2))::int AS k, power(random(), 1.5) AS p
      FROM generate_series(1, %(many)s) g) x
JOIN mdph ON mdph.n = 1 + floor(p * (SELECT count(*) FROM mdph));
INSERT INTO demandes_notification (decision_id, mdph_id, niveau, region_id, coordination_id,
  etablissement_id, statut, motif, avant, date_statut, depuis, statut_unite, motif_unite, mode, sent_at,
  created_at, version)
SELECT DISTINCT ON (d.id, esms) d.id, d.mdph_id, 'etablissement', mdph.region_id, d.mdph_id, esms, statut,
  coalesce(%(motifs)s::jsonb ->> statut, ''), CASE statut WHEN '45' THEN '40' ELSE '' END,
  %(today)s - ago, %(now)s - interval '1 day' * ago, '', '', '', %(now)s - interval '500 days', %(now)s, 1
FROM demandes_decision d JOIN mdph ON mdph.id = d.mdph_id
CROSS JOIN LATERAL (
  SELECT mdph.places[1 + floor(power(random(), 1.5) * cardinality(mdph.places))] AS esms,
    (%(statuts)s::text[])[1 + floor(random() * 100)] AS statut, floor(random() * 400)::int AS ago
  FROM generate_series(1, %(told)s) WHERE d.id > 0
) told
"""


def run(scale):
    logging.disable(logging.INFO)
    now = timezone.localtime()
    if not pays.is_there():
        pays.load(STRUCTURES[scale], now=now, people=False)
    _written(DECISIONS[scale], now)
    actors = _actors(now.date())
    cases = [
        (who, suivi, vue.code)
        for (who, suivi) in product(actors, (MDPH, ESMS))
        for vue in suivi.vues
        if (suivi.cote == Cote.MDPH) == who.startswith("MDPH")
    ]
    firsts = [cas for cas in cases if cas[2] == cas[1].vues[0].code]
    for what, measured, asked, bound in (
        ("page", _page, cases, PAGE),
        ("counters", _counters, firsts, COUNTERS),
        ("by name", _by_name, firsts, PAGE),
    ):
        took = {cas: measured(actors[cas[0]], cas, now) for cas in asked}
        wall = {cas: percentile([one.wall for one in spent_there], 95) for cas, spent_there in took.items()}
        cpu = max(percentile([one.cpu for one in spent_there], 95) for spent_there in took.values())
        worst = max(wall, key=wall.get)
        said = f"worst p95 of {len(asked)}"
        yield line(f"notifications, {what}, {said} ({_said(worst)})", wall[worst], bound, "ms", "<= 1")
        yield line(f"notifications, {what}, CPU of PostgreSQL, {said}", cpu, bound, "ms", "<= 1")
    counts = [_statements(actors[who], suivi, vue, now) for who, suivi, vue in cases]
    yield line(
        "notifications, statements of a page, most against fewest", max(counts), min(counts), "", "<= 1"
    )


def _said(cas) -> str:
    who, suivi, vue = cas
    return f"{who}, {suivi.code} {vue}"


@roles.as_owner()
def _written(many, now):
    statuts = [code for code, many in (LIVING | CLOSED).items() for _ in range(many)]
    known = pays.names() | {
        "now": now,
        "today": now.date(),
        "author": UserFactory().pk,
        "many": many,
        "told": TOLD,
        "statuts": statuts,
        "motifs": str(MOTIFS).replace("'", '"'),
    }
    with connection.cursor() as cursor:
        cursor.execute("BEGIN; SELECT setseed(0.46)")
        pays.run(cursor, WRITTEN.format(name=pays.NAME), known)
        cursor.execute("COMMIT")
        cursor.execute("VACUUM ANALYZE demandes_decision, demandes_notification")


def _actors(today) -> dict:
    """The busiest and the idlest of each side, and one who answers for three hundred ESMS."""
    mdph, esms = _by_work("mdph"), _by_work("etablissement")
    held = {
        "MDPH": (PROFIL_MDPH, Coordination, mdph[:1]),
        "MDPH, la moins active": (PROFIL_MDPH, Coordination, mdph[-1:]),
        "ESMS": (ESMS_CONSULTATION, Etablissement, esms[:1]),
        "ESMS, le moins actif": (ESMS_CONSULTATION, Etablissement, esms[-1:]),
        "300 ESMS": (ESMS_CONSULTATION, Etablissement, esms[:300]),
    }
    return {who: _holding(profil, model, pks, today) for who, (profil, model, pks) in held.items()}


def _by_work(column) -> list[int]:
    rows = Notification.objects.order_by().values_list(column).annotate(many=Count("pk"))
    return [pk for pk, _ in rows.order_by("-many", column)]


def _holding(profil, model, pks, today):
    user = UserFactory()
    for lieu in model.objects.filter(pk__in=pks).order_by("pk"):
        HabilitationFactory(user=user, lieu=lieu, profil=profil.code)
    return as_professionnel(user, on=today)


def _page(actor, cas, now) -> list[Spent]:
    """Its first pages, one after the other."""
    _, suivi, vue = cas
    after, took = "", []
    for _ in range(RUNS):
        with spent() as one:
            _, after = Suivis(suivi, actor, vue, now=now).page(after)
        took.append(one)
    return took


def _counters(actor, cas, now) -> list[Spent]:
    took = []
    for _ in range(RUNS):
        with spent() as one:
            Suivis(cas[1], actor, "", now=now).compteurs()
        took.append(one)
    return took


def _by_name(actor, cas, now) -> list[Spent]:
    """Somebody of his, by the beginning of both names."""
    rows = Notification.objects.named_to(actor, now).order_by("pk").select_related("decision")[:RUNS]
    names = [(one.decision.nom[:4], one.decision.prenom[:2]) for one in rows] or [NOBODY]
    took = []
    for nom, prenom in islice(cycle(names), RUNS):
        with spent() as one:
            found(actor, nom, prenom, now=now)
        took.append(one)
    return took


def _statements(actor, suivi, vue, now) -> int:
    with CaptureQueriesContext(connection) as captured:
        Suivis(suivi, actor, vue, now=now).page("")
    return len(captured)
