"""The national directory: first load, refresh, search (ANN-5, ANN-7), each against the plain way to do it.

Searches are compared by the time of their SQL, all statements together, answers read.

small: 100,000 lines; full: 2.2 million, as many as the country has.
"""

import os
import random
import subprocess
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path
from statistics import quantiles
from uuid import uuid4

from django.db import connection, transaction

from annuaire import rpps, search
from annuaire.models import Activite, ImportRun
from tests.annuaire.typing_errors import KINDS, mistyped
from tests.bench.report import line
from viatraj.demo import extraction

PERSONS = {"small": 86_000, "full": 1_885_000}
SAMPLE, PLAIN_SAMPLE, BULK = 300, 10, 20_000
MEMORY = 1024  # MB
DAYS = [f"PS_LibreAcces_Personne_activite_2026112{day}0100.txt" for day in (0, 1, 2)]


def run(scale):
    with tempfile.TemporaryDirectory(dir="/var/tmp", prefix="viatraj-bench-annuaire-") as folder:
        days = [Path(folder) / name for name in DAYS]
        extraction.write(days[0], PERSONS[scale])
        extraction.mutate(days[0], days[1], 1)
        extraction.mutate(days[1], days[2], 2)
        yield from loading(days)
        sought = sample()
        yield from searching(sought)
        yield from searching_meanwhile(sought, days[2])


# --- Loading ------------------------------------------------------------------------


def loading(days):
    plain = bulk_create_rate(days[0])
    first, _ = imported(days[0])
    yield line("annuaire, premier chargement", first.lines / first.seconds, plain, "lignes/s", ">= 10")
    refresh, memory = imported(days[1])
    yield line("annuaire, rafraîchissement", refresh.seconds, first.seconds, "s", "<= 0.5")
    yield line("annuaire, mémoire du rafraîchissement", memory, MEMORY, "Mo", "<= 1")
    again, _ = imported(days[1])
    yield line("annuaire, même fichier", again.added + again.removed, again.lines, "lignes changées", "<= 0")


def imported(path):
    """(ImportRun, memory at its highest in MB) of the real command, in a process of its own."""
    process = start_import(path)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"import_rpps {path.name} : échec")
    return ImportRun.objects.latest("id"), usage.ru_maxrss / 1024


def start_import(path):
    command = [sys.executable, "manage.py", "import_rpps", str(path)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL)


def bulk_create_rate(path) -> float:
    """Lines a second by `bulk_create`, into the same empty table; rolled back."""
    with rpps.opened(path) as opened:
        rows = [opened.row(*pair).decode().split("|") for pair in islice(opened.lines(), BULK)]
    with transaction.atomic():
        started = time.perf_counter()
        fields = (dict(zip(rpps.COLUMNS, row, strict=True)) for row in rows)
        Activite.objects.bulk_create((Activite(empreinte=uuid4(), **row) for row in fields), batch_size=2000)
        seconds = time.perf_counter() - started
        transaction.set_rollback(True)
    return BULK / seconds


# --- Searching ----------------------------------------------------------------------


def sample():
    """Médecins that have a code postal, drawn all over the directory."""
    numbers = list(
        Activite.objects.medecins().exclude(code_postal="").order_by("pk").values_list("pk", flat=True)
    )
    drawn = random.Random(11).sample(numbers, SAMPLE)
    return list(Activite.objects.filter(pk__in=drawn).order_by("pk"))


def kinds(sought):
    """Name of the search → for each médecin, what is typed and where."""
    rng = random.Random(5)
    typing = [mistyped(rng, one.nom_cle, KINDS[i % 4]) for i, one in enumerate(sought)]
    return {
        "nom + code postal": [(one.nom, one.code_postal) for one in sought],
        "nom seul": [(one.nom, "") for one in sought],
        "3 lettres": [(one.nom_cle[:3], "") for one in sought],
        "faute de frappe + code postal": [
            (typed, one.code_postal) for typed, one in zip(typing, sought, strict=True)
        ],
    }


def searching(sought):
    for name, typed in kinds(sought).items():
        ours, found = timed(typed)
        yield from against_ilike(f"annuaire, {name}", ours, [ilike(*one) for one in typed[:PLAIN_SAMPLE]])
        if "faute" in name:
            right = sum(one.idnat in hits for one, hits in zip(sought, found, strict=True))
            yield line(f"annuaire, {name}, trouvés", right, len(sought), "médecins", ">= 0.99")


def searching_meanwhile(sought, next_day):
    rng, typed = random.Random(3), kinds(sought)["nom + code postal"]
    process, ours, reference = start_import(next_day), [], []
    while process.poll() is None:
        ours += timed(rng.sample(typed, 20))[0]
        reference.append(ilike(*rng.choice(typed)))
    if process.returncode:
        sys.exit("import_rpps a échoué pendant les recherches")
    yield from against_ilike("annuaire, nom + code postal pendant un rafraîchissement", ours, reference)


class Sql:
    """Milliseconds spent in the statements run under it, answers read."""

    def __init__(self):
        self.spent = 0.0

    def __call__(self, execute, sql, params, many, context):
        started = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            self.spent += (time.perf_counter() - started) * 1000


def timed(typed):
    """(milliseconds of SQL, idnats found) of each search."""
    times, found = [], []
    for nom, code_postal in typed:
        with connection.execute_wrapper(sql := Sql()):
            hits = search.find(nom, code_postal=code_postal).professionnels
        times.append(sql.spent)
        found.append({hit.idnat for hit in hits})
    return times, found


def against_ilike(name, ours, reference):
    for label, rank in (("p50", 50), ("p95", 95)):
        yield line(f"{name}, {label}", percentile(ours, rank), percentile(reference, rank), "ms", "<= 0.05")


def ilike(nom, code_postal) -> float:
    """Milliseconds of the plain query over the same table, which no index of ours helps."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_indexscan = off; SET LOCAL enable_bitmapscan = off")
        with connection.execute_wrapper(sql := Sql()):
            cursor.execute(
                "SELECT DISTINCT nom, prenom, idnat FROM annuaire_activite WHERE nom ILIKE %s"
                " AND code_postal LIKE %s AND profession = '10' AND categorie IN ('C', 'M')"
                " ORDER BY nom, prenom LIMIT 50",
                [f"%{nom}%", f"{code_postal}%"],
            )
    return sql.spent


def percentile(values, rank) -> float:
    return quantiles(values, n=100, method="inclusive")[rank - 1]
