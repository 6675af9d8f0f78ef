"""The journal of a structure, over a journal of national size (COM-13, TRC-2): pages, filters, export.

small: a fortieth; full: 8 million lines over 3,000 établissements and 500,000 accounts.
"""

import logging
from datetime import timedelta
from time import perf_counter

from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.utils import timezone

from habilitations.models import Habilitation
from habilitations.reads import journal as reads
from journal.models import known_events
from journal.reads import Asked, filed, parts
from tests.bench.report import line, percentile
from tests.factories import UserFactory
from viatraj.core import roles

LINES = {"small": 200_000, "full": 8_000_000}
PAGE, EXPORT, ROUNDS = 0.1, 30, 40  # seconds
# Prolonged mostly; one in a thousand deleted.
FILL = """
    INSERT INTO journal_entry (at, event, user_id, system, means, quality, address, request_id,
      content_type_id, object_id, label, data, concerns)
    SELECT now() - (%(count)s - n) * interval '30 seconds',
      CASE WHEN n %% 1000 = 0 THEN 'habilitation.revoked' ELSE 'habilitation.prolonged' END,
      %(author)s, '', 'mail', 'référent structure', '', '',
      %(model)s, n::text, 'login' || n %% 500000,
      '{"profil": "Prescripteur médical", "lieu": "Chirurgie", "fin": "2027-12-31", "before": "2026-12-31"}',
      ARRAY['compte:' || 1000000 + n %% 500000, 'coordination:' || n %% 3000 / 30,
        'etablissement:' || n %% 3000, 'national:', 'region:' || n %% 3000 / 230, 'unite:' || n %% 15000]
    FROM generate_series(1, %(count)s) n"""


def run(scale):
    logging.disable(logging.INFO)
    author, count = UserFactory(), LINES[scale]
    model = ContentType.objects.get_for_model(Habilitation).pk
    with roles.as_owner(), connection.cursor() as cursor:
        cursor.execute(FILL, {"count": count, "author": author.pk, "model": model})
        cursor.execute("ANALYZE journal_entry")
        cursor.execute("ANALYZE journal_filing")
        cursor.execute("SELECT pg_total_relation_size('journal_filing') / 1e6")
        megabytes = float(cursor.fetchone()[0])
    yield line(f"filing of {count} lines", megabytes, count * 0.0018, "MB", "<= 1")
    events, week = list(known_events()), timezone.now() - timedelta(days=7)
    for place in ("unite:11", "etablissement:11", "coordination:1", "national:"):
        asked = Asked(within=[place], events=events)
        cases = {
            "": asked,
            ", rare kind": asked._replace(events=["habilitation.revoked"]),
            ", nothing of it": asked._replace(events=["habilitation.adjusted"]),
            ", one person": asked._replace(person="compte:1000011"),
            ", one author": asked._replace(author=author.pk),
            ", nobody's": asked._replace(author=0),
            ", of a week": asked._replace(since=week),
        }
        for said, case in cases.items():
            slow = said == ", nobody's"  # the filter proposes the référents of the perimeter only
            if not (slow and place in ("coordination:1", "national:")):
                yield line(f"{place}{said}, p95", _p95(case), PAGE, "s", "<= 1")
        yield line(f"{place}, a page far back, p95", _p95(asked, far=True), PAGE, "s", "<= 1")
    started, lines = perf_counter(), 0
    for part in parts(Asked(within=["national:"], events=events), at_most=50_000):
        lines += len(reads.lignes(part))
    yield line(f"export of {lines} lines, read", perf_counter() - started, EXPORT, "s", "<= 1")
    assert lines == 50_000


def _p95(asked, *, far=False) -> float:
    after, seconds = None, []
    for _ in range(40 if far else 0):
        found = filed(asked, size=51, after=after)
        after = found[-1] if found else after
    for _ in range(ROUNDS):
        started = perf_counter()
        reads.lignes(filed(asked, size=51, after=after))
        seconds.append(perf_counter() - started)
    return percentile(seconds, 95)
