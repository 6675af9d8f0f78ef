"""FINESS: a whole file taken in, as csv and as FINESS+, again, and the next month’s (ANN-1, ANN-7).

small: 10,000 sites; full: 103,000, as many as the country has. The plain way is an `update_or_create` a site.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from annuaire import actions, finess
from annuaire.models import Commune, Coordination, Etablissement, Flux
from tests.annuaire import finess_files as files
from tests.bench.report import line
from viatraj.core.actor import Actor

SITES = {"small": 10_000, "full": 103_000}
PROMISED = {"small": "<= 0.5", "full": "<= 1"}  # a tenth of the sites leaves what does not depend on them
PLAINLY = {"small": "<= 0.5", "full": "<= 0.2"}  # the process that starts is counted
SECONDS, MEMORY = 60, 500
PIECE = 300


def run(scale):
    by = Actor.system("banc")
    actions.load_territoire(now=timezone.now(), by=by)
    actions.create_territory(by=by)
    of_france = Commune.objects.living().exclude(code__startswith="97").exclude(code__startswith="98")
    communes = list(of_france.order_by("code").values_list("code", flat=True))
    known = list(files.sites(communes, SITES[scale]))
    with tempfile.TemporaryDirectory(dir="/var/tmp", prefix="viatraj-bench-finess-") as folder:
        path = files.write_whole(folder, known)
        plain = plain_seconds(path)
        first, seconds, memory = imported(path)
        yield line(f"finess, {first.lignes} sites (promised)", seconds, SECONDS, "s", PROMISED[scale])
        yield line("finess, memory (promised)", memory, MEMORY, "Mo", "<= 1")
        yield line("finess, a site (update_or_create)", seconds / first.lignes, plain, "s", PLAINLY[scale])
        again, seconds, _ = imported(path)
        runs = Flux.objects.count() - 1
        yield line(
            "finess, the same file again", runs + (again.pk - first.pk), first.lignes, "writes", "<= 0"
        )
        changed = [one | {"voie": "NOUVELLE"} if n % 100 == 0 else one for n, one in enumerate(known)]
        month, seconds, _ = imported(files.write_whole(folder, changed, day="2026-06-12"))
        bound = first.bilan["perimetre"] * 0.02
        yield line("finess, the next month", month.bilan["champs"], bound, "values written", "<= 1")
        yield line("finess, the next month (promised)", seconds, SECONDS, "s", PROMISED[scale])
        path = files.write_whole_plus(folder, known)
        _, seconds, memory = imported(path)
        size = path.stat().st_size / 2**20
        yield line(f"finess, FINESS+ of {size:.0f} Mo (promised)", seconds, SECONDS, "s", PROMISED[scale])
        yield line("finess, FINESS+, memory (promised)", memory, MEMORY, "Mo", "<= 1")


def imported(path) -> tuple[Flux, float, float]:
    """The run, its seconds, and memory at its highest in MB, of the real command in a process of its own."""
    command = [sys.executable, "manage.py", "import_finess", str(path)]
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"import_finess {Path(path).name} : échec")
    return Flux.objects.latest("id"), time.perf_counter() - started, usage.ru_maxrss / 1024


@transaction.atomic
def plain_seconds(path) -> float:
    """Seconds a site, the file read by the same reader; rolled back."""
    coordination = Coordination.objects.order_by("pk").first()
    sites = finess.opened(path).sites()
    some = [next(sites) for _ in range(PIECE)]
    started = time.perf_counter()
    for one in some:
        said = {"nom": one.nom, "adresse": one.adresse, "commune": one.commune, "categorie": one.categorie}
        place = {"coordination": coordination, "latitude": one.latitude, "longitude": one.longitude}
        Etablissement.objects.update_or_create(finess=one.finess, defaults=said | place)
    seconds = (time.perf_counter() - started) / PIECE
    transaction.set_rollback(True)
    return seconds
