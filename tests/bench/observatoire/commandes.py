"""National orders from click to file, and what pages wait for beside them."""

import json
import subprocess
import sys
from contextlib import contextmanager
from datetime import date

from django.conf import settings
from django.test import override_settings
from django.utils import timezone

from accounts.models import User
from habilitations.models import Habilitation
from habilitations.profils import ADMINISTRATEUR_NATIONAL
from observatoire.models import Etat
from observatoire.rapports import CATALOGUE, Nature
from tests.bench.bench_connexion import Visitor, served
from tests.bench.bench_demandes import signed_in
from tests.bench.bench_pages_mix import p95_at
from tests.bench.report import line
from tests.factories import HabilitationFactory, as_professionnel
from tests.observatoire.rig import ordered
from viatraj.core.droits import Niveau

COUNTRY, MEMORY, SCREEN = 10, 500, 200  # seconds, MB, milliseconds
CODES = ("SAN-04", "SAN-05", "SAN-06", "SAN-07", "SAN-08", "GA-02", "GA-03", "GA-04", "TND-01", "DEP-02")
# A value of a criterion: by age, which every line has; by type, which the living ones have.
NARROWED = {
    "SAN-04": {"age": ("075",)},
    "SAN-05": {"type": ("smr_geriatrie",)},
    "SAN-06": {"type": ("smr_geriatrie",)},
    "SAN-07": {"type": ("smr_geriatrie",)},
    "SAN-08": {"type": ("smr_geriatrie",)},
    "GA-02": {"type": ("permanent",)},
    "GA-03": {"type": ("permanent",)},
}
PAGES = ("/medecin/", "/dossiers/", "/mon-compte/", "/documentation/")
FIGURES = "/observatoire/chiffres/{}/{}/?pour=national&periode=derniere"
RATE = 5  # pages a second
SECONDS = {"small": 20, "full": 60}


def orders():
    """Each alone, from the row that the click leaves to the file that may be downloaded.

    With a criterion, nothing is counted before.
    """
    user = _administrator()
    peaks = []
    for code, criteres in [*((code, {}) for code in CODES), *NARROWED.items()]:
        rapport = CATALOGUE[code]
        known = {"niveau": Niveau.NATIONAL, "criteres": criteres, **_last(rapport)}
        commande = ordered(as_professionnel(user), rapport=rapport, **known)
        with _worker("orders") as worker:
            answer = json.loads(worker.communicate()[0])
        commande.refresh_from_db()
        assert commande.etat == Etat.DISPONIBLE, (code, commande.raison)
        peaks.append(answer["peak"])
        narrowed = f" by {', '.join(criteres)}" if criteres else ""
        said = f"observatoire, {code}, the country{narrowed}, click to file, {commande.lignes} lines"
        yield line(f"{said} (promised)", answer["seconds"], COUNTRY, "s", "<= 1")
        yield line(f"{said}, CPU with PostgreSQL’s (promised)", answer["cpu"], COUNTRY, "s", "<= 1")
    yield line("observatoire, memory of a worker (promised)", max(peaks), MEMORY, "MB", "<= 1")


def _administrator() -> User:
    """The one that an earlier run has left, over a country that is kept."""
    code = ADMINISTRATEUR_NATIONAL.code
    held = Habilitation.objects.filter(profil=code, revoked_at=None).order_by("pk").last()
    return (held or HabilitationFactory(lieu=None, profil=code)).user


def _last(rapport) -> dict[str, date]:
    """The last year; of a photograph, the end of the last month."""
    today = timezone.localdate()
    if rapport.nature == Nature.PHOTO:
        fin = date.fromordinal(today.replace(day=1).toordinal() - 1)
        return {"debut": fin.replace(day=1), "fin": fin}
    return {"debut": date(today.year - 1, 1, 1), "fin": date(today.year - 1, 12, 31)}


def pages(scale):
    """One médecin of the country, calm, then beside three orders; figures of the country on screen."""
    user = _administrator()
    medecin = User.objects.filter(login__startswith="8992").order_by("pk").first()
    with override_settings(SECURE_SSL_REDIRECT=False):
        own, pro = signed_in(medecin), signed_in(user)
    with served() as port:
        asked = [(_visitor(port, own), path) for path in PAGES]
        screen = [
            (_visitor(port, pro), FIGURES.format(CATALOGUE[code].groupe, code.lower()))
            for code in ("SAN-04", "SAN-05", "SAN-06", "GA-02", "GA-03")
        ]
        p95_at(RATE, [*asked, *screen], SECONDS[scale] / 2)  # each process has its first pages behind it
        calm = p95_at(RATE, asked, SECONDS[scale])
        with _worker("beside") as worker:
            busy = p95_at(RATE, asked, SECONDS[scale])
            worker.stdin.close()
        figures = p95_at(1, screen, SECONDS[scale])
    yield line("observatoire, pages’ p95 beside three national orders (calm)", busy, calm, "ms", "<= 1.5")
    yield line(
        "observatoire, figures of the country on screen, p95 (promised)", figures, SCREEN, "ms", "<= 1"
    )


def _visitor(port, client) -> Visitor:
    return Visitor(port, {name: one.value for name, one in client.cookies.items()})


@contextmanager
def _worker(way):
    command = [sys.executable, "-m", "tests.bench.observatoire.ouvrier", way]
    worker = subprocess.Popen(
        command, cwd=settings.BASE_DIR, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        yield worker
    finally:
        worker.wait()
