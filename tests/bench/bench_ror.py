"""The ROR of a whole country: all of it, again, what has changed; pages meanwhile (ANN-1, ANN-7).

small: a tenth of it; full: 35,000 établissements, 60,000 offers, 120,000 places, served by the simulator. One
établissement in seven is synchronised.

The plain way is an importer as one writes it first: each resource of a sample, of all types in their shares,
read by our reader and then one `update_or_create`, which commits by itself as it does in a command. It begins
with empty tables, beside pages, as our first run does, and is spared what ours does besides: references,
guards, the mapping of offers, differences, the journal.
"""

import json
import logging
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import contextmanager
from datetime import timedelta
from itertools import cycle, islice
from multiprocessing import Pipe, get_context
from pathlib import Path
from time import perf_counter, sleep

from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import User
from annuaire.models import Etablissement, Offre, Releve, SiteRor
from annuaire.ror import fhir, mapping
from annuaire.ror.acces import Acces
from annuaire.ror.sources import Serveur
from tests.bench.fiches import questions
from tests.bench.report import line, percentile
from tests.factories import referent_of, sign_in
from tools.servers import free_port
from viatraj.core import roles
from viatraj.demo import pays
from viatraj.demo.ror import monde

SCALE = {"small": 0.1, "full": 1}
PROMISED = {"small": "<= 0.2", "full": "<= 1"}  # of a tenth of the country
WHOLE, AGAIN, DELTA, MEMORY = 300, 60, 20, 1_000  # seconds; MB
CALM, PIECE, CHANGED = 150, 1_500, 100  # requests; resources; one offer in so many
SYNCHRONISED = """
UPDATE annuaire_etablissement SET synchronisation = 'non_synchronise', synchronise_le = NULL;
UPDATE annuaire_unite SET cle_offre = NULL
"""
# As référents have decided: of one établissement in seven, each offer is the unit that it was made of.
JOINED = """
INSERT INTO annuaire_rapprochement (etablissement_id, suite, offre_id, unite_id, le, par_id)
SELECT e.id, 'jointe', o.id, u.id, now(), %(par)s
FROM annuaire_etablissement e JOIN annuaire_unite u ON u.etablissement_id = e.id AND u.closed_at IS NULL
JOIN annuaire_coordination c ON c.id = e.coordination_id JOIN annuaire_region r ON r.id = c.region_id
JOIN annuaire_offre o ON o.cle = r.code || '/' || lpad(u.id::text, 7, '0')
WHERE e.id %% 7 = 0;
UPDATE annuaire_unite u SET cle_offre = o.cle
FROM annuaire_rapprochement r JOIN annuaire_offre o ON o.id = r.offre_id
WHERE u.id = r.unite_id;
UPDATE annuaire_etablissement SET synchronisation = 'active', synchronise_le = now() WHERE id %% 7 = 0
"""
# As after another version of the mapping: nothing is remembered, and all of it says something else.
ANEW = """
TRUNCATE annuaire_ressourcelue;
UPDATE annuaire_siteror SET empreinte = '', valeurs = valeurs - 'telephone';
UPDATE annuaire_offre SET empreinte = '', valeurs = valeurs - 'contacts';
UPDATE annuaire_unite SET nom = nom || ' (avant)' WHERE cle_offre IS NOT NULL
"""
WRITES = """
SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)::int FROM pg_stat_user_tables
WHERE relname LIKE 'annuaire\\_%' AND relname <> 'annuaire_releve'
"""


def run(scale):
    logging.disable(logging.INFO)
    now = timezone.now()
    pays.load(SCALE[scale], now=now, people=False)
    script(SYNCHRONISED)
    with tempfile.TemporaryDirectory(dir="/var/tmp", prefix="viatraj-bench-ror-") as name:
        folder = Path(name)
        counts = monde.write(folder, now=now - timedelta(hours=2))
        with served(folder) as ror, pages() as ask:
            yield from measured(scale, folder, counts, ror, ask)


def measured(scale, folder, counts, ror, ask):
    resources, goal = sum(counts.values()), PROMISED[scale]
    told = ", ".join(f"{count} {genre}" for genre, count in counts.items() if count)
    plain = beside_pages(plain_seconds, folder, counts, ask=ask)
    calm = [ask() for _ in range(CALM)]
    seconds, cost, meanwhile = synchronised(ror, "--full", ask=ask)
    yield line(f"ror, complete run, first ({told}; {cost}; promised)", seconds, WHOLE, "s", goal)
    yield line("ror, complete run, memory (promised)", cost.memory, MEMORY, "Mo", "<= 1")
    yield line(
        f"ror, pages meanwhile, p95 of {len(meanwhile)} (calm)",
        percentile(meanwhile, 95),
        percentile(calm, 95),
        "ms",
        "<= 2",
    )
    yield line(
        "ror, complete run, first, a resource (update_or_create; promised)",
        seconds / resources,
        plain,
        "s",
        "<= 0.2",
    )
    script(JOINED, par=User.objects.order_by("pk").first().pk)
    script(ANEW)
    seconds, cost, _ = synchronised(ror, "--full")
    releve = Releve.objects.latest("pk")
    told = f"{releve.bilan['champs']} values; {cost}; promised"
    yield line(f"ror, complete run, one in seven synchronised, all anew ({told})", seconds, WHOLE, "s", goal)
    before = writes()
    seconds, cost, _ = synchronised(ror, "--full")
    yield line(f"ror, unchanged ({cost}; promised)", seconds, AGAIN, "s", goal)
    yield line("ror, unchanged, rows written", writes() - before, resources, "rows", "<= 0")
    yield line("ror, unchanged, a resource (update_or_create)", seconds / resources, plain, "s", "<= 0.2")
    changed = change(folder)
    list(islice(source(ror).client.since(timezone.now() + timedelta(days=1)), 1))  # it reads its folder anew
    calm = [ask() for _ in range(CALM)]
    seconds, cost, meanwhile = synchronised(ror, ask=ask)
    releve = Releve.objects.latest("pk")
    assert (releve.genre, releve.bilan["offres_changees"]) == ("delta", changed), releve.bilan
    name = f"ror, delta of {changed} offers ({releve.bilan.get('champs', 0)} values; {cost}; promised)"
    yield line(name, seconds, DELTA, "s", goal)
    p95 = percentile(meanwhile, 95)
    yield line(
        f"ror, pages meanwhile, p95 of {len(meanwhile)} (calm)", p95, percentile(calm, 95), "ms", "<= 2"
    )


def known(ror: str) -> dict[str, str]:
    return {
        "ROR_URL": f"{ror}/fhir",
        "ROR_TOKEN_URL": f"{ror}/auth/realms/ror/protocol/openid-connect/token",
        "ROR_CLIENT_ID": "viatraj",
        "ROR_CLIENT_SECRET": "simulateur",
        "ROR_NIVEAU": "1",
    }


def source(ror: str) -> Serveur:
    said = known(ror)
    return Serveur(Acces(said["ROR_URL"], said["ROR_TOKEN_URL"], "viatraj", secret="simulateur", niveau=1))


@contextmanager
def served(folder: Path):
    """The simulator, a process of its own, which gives way: a ROR is another machine's work."""
    port = free_port()
    words = ["nice", "-n", "15", sys.executable, "-m", "viatraj.demo.ror", str(port), str(folder)]
    process = subprocess.Popen(words, cwd=settings.BASE_DIR)
    try:
        ror = f"http://127.0.0.1:{port}"
        list(
            islice(source(ror).client.since(timezone.now() + timedelta(days=1)), 1)
        )  # it has read its folder
        yield ror
    finally:
        process.kill()
        process.wait()


def synchronised(ror: str, *words: str, ask: Callable[[], float] | None = None):
    """Seconds of the real command, what it cost, and what pages took meanwhile."""
    started, meanwhile = perf_counter(), []
    command = [sys.executable, "manage.py", "sync_ror", *words]
    environment = {**os.environ, **known(ror)}
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environment, cwd=settings.BASE_DIR)
    while True:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            break
        if ask:
            meanwhile.append(ask())
        sleep(0.02)
    if status:
        sys.exit(f"sync_ror {' '.join(words)} : échec")
    return perf_counter() - started, Cost(usage), meanwhile


def beside_pages(work: Callable[..., float], *args, ask: Callable[[], float]) -> float:
    """What the work answers, in a process of its own, while pages are asked as beside a run."""
    ours, theirs = Pipe(duplex=False)
    connection.close()
    process = get_context("fork").Process(target=lambda: theirs.send(work(*args)))
    process.start()
    while process.is_alive():
        ask()
        sleep(0.02)
    return ours.recv()


class Cost:
    """Of a process: memory at its highest in MB, seconds of CPU, which a busy machine stretches less."""

    def __init__(self, usage):
        self.memory, self.cpu = usage.ru_maxrss / 1024, usage.ru_utime + usage.ru_stime

    def __str__(self):
        return f"{self.cpu:.1f} s of CPU, {self.memory:.0f} Mo"


@contextmanager
def pages():
    """Asks the next of some pages of the directory; milliseconds."""
    largest = questions.largest_coordination()
    user = referent_of(largest)
    here = list(Etablissement.objects.filter(coordination=largest).order_by("pk")[:50])
    addresses = cycle(
        address
        for one in here
        for address in (
            "/administration/etablissements/",
            f"/administration/etablissements/{one.pk}/",
            f"/annuaire/etablissement/{one.finess}/",
        )
    )
    client = sign_in(Client(), user)

    def ask() -> float:
        address, started = next(addresses), perf_counter()
        answer = client.get(address, secure=True)
        took = (perf_counter() - started) * 1000
        assert answer.status_code == 200, (answer.status_code, address)
        return took

    ask()
    yield ask


def change(folder: Path) -> int:
    """One offer in a hundred has another name, now."""
    path, count, maj = folder / "HealthcareService.ndjson", 0, timezone.now().isoformat()
    with path.open(encoding="utf-8") as lines, (folder / "part").open("w", encoding="utf-8") as out:
        for n, text in enumerate(lines):
            if n % CHANGED == 0:
                said = json.loads(text)
                said["name"], said["meta"]["lastUpdated"] = f"{said['name']} bis", maj
                text, count = json.dumps(said, ensure_ascii=False) + "\n", count + 1
            out.write(text)
    (folder / "part").replace(path)
    return count


@roles.as_owner()
def script(text: str, **named) -> None:
    with connection.cursor() as cursor:
        for statement in text.split(";\n"):
            cursor.execute(statement, named)
        cursor.execute(
            "VACUUM ANALYZE annuaire_etablissement, annuaire_unite, annuaire_offre, annuaire_siteror"
        )


def writes() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(WRITES)
        return cursor.fetchone()[0]


def plain_seconds(folder: Path, counts: dict[str, int]) -> float:
    """Seconds a resource; what it has written is taken away again."""
    shares = {genre: PIECE * count // sum(counts.values()) for genre, count in counts.items()}
    some = [
        said for genre, share in sorted(shares.items(), reverse=True) for said in head(folder, genre, share)
    ]
    now, site = timezone.now(), None
    started = perf_counter()
    for said in some:
        one = fhir.read(said)
        known = {"nom": (one.nom or "")[:200], "valeurs": {"brut": said}, "libelles": {}}
        if isinstance(one, fhir.Organization):
            if one.niveau == "EG":
                known["valeurs"] = mapping.etablissement.say(one, None, 1).valeurs
            site, _ = SiteRor.objects.update_or_create(finess=one.finess, defaults={**known, "vu_le": now})
            continue
        cle = one.cle if isinstance(one, fhir.HealthcareService) else f"lieu {one.id}"
        Offre.objects.update_or_create(cle=cle[:40], defaults={**known, "site": site, "vue_le": now})
    seconds = (perf_counter() - started) / len(some)
    script("DELETE FROM annuaire_offre;\nDELETE FROM annuaire_siteror")
    return seconds


def head(folder: Path, genre: str, count: int) -> list[dict]:
    """The first resources of a type."""
    with (folder / f"{genre}.ndjson").open(encoding="utf-8") as lines:
        return [json.loads(text) for text in islice(lines, count)]
