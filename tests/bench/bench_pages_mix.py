"""What every page pays, what nine of them cost beside it, and the rate that they hold together.

The references are of the same run: `/sante/vif`, which reads nothing, and the sheer pace at which gunicorn
answers it. To compare two commits, copy this file into a checkout of the other one and run both.
"""

import logging
import threading
import time
from datetime import date
from itertools import cycle
from statistics import median
from time import perf_counter, process_time_ns

from django.test import Client, override_settings

from dossiers.models import Dossier
from tests.bench.bench_connexion import Visitor, served
from tests.bench.report import line, percentile
from tests.dossiers.factories import DossierFactory
from tests.factories import EtablissementFactory, HabilitationFactory, MedecinFactory, referent_of, sign_in
from viatraj.core.droits import Orientation

ROUNDS = {"small": 200, "full": 1000}
SECONDS = {"small": 4, "full": 15}
BARE, FLOOR, HOME, ACCOUNT = "/sante/vif", "/documentation/", "/medecin/", "/mon-compte/"
OF_MEDECIN = (HOME, "/dossiers/", "/medecin/delegations/", ACCOUNT, FLOOR)
OF_REFERENT = ("/professionnel/", "/administration/comptes/", "/mes-droits/")
# Of each page, how many times the floor's CPU it may cost.
GOALS = {
    HOME: 2.2,
    "/dossiers/": 2.3,
    "/medecin/delegations/": 1.5,
    ACCOUNT: 2.5,
    "/dossiers/…/": 3.2,
    "/professionnel/": 2.2,
    "/administration/comptes/": 2.1,
    "/mes-droits/": 2.5,
}
P95_MS, FASTER, FINER = 200, 1.2, 1.05  # each try asks for a fifth more pages a second, then for less


def run(scale):
    logging.disable(logging.WARNING)
    medecin, referent = people()
    with override_settings(SECURE_SSL_REDIRECT=False):
        own, pro = sign_in(Client(), medecin), sign_in(Client(), referent)
        spent = {path: [] for path in (BARE, FLOOR)}
        spent_by_referent = {BARE: [], FLOOR: []}
        for _ in range(ROUNDS[scale]):
            for path, taken in spent.items():
                taken.append(cost(own, path))
            for path, taken in spent_by_referent.items():
                taken.append(cost(pro, path))
        nine = list(nine_pages(ROUNDS[scale] // 4, nine_of(own, pro, medecin)))
    bare, floor = (median(taken[20:]) for taken in spent.values())
    yield line("pages: floor of a signed-in page, CPU (/sante/vif)", floor, bare, "ms", "<= 11")
    _, floor_of_referent = (median(taken[20:]) for taken in spent_by_referent.values())
    yield line("pages: floor for a référent, CPU (a médecin)", floor_of_referent, floor, "ms", "<= 1.3")
    yield from nine
    yield mix(SECONDS[scale], [(own, OF_MEDECIN), (pro, OF_REFERENT)], medecin)


def people():
    """A médecin with fifty dossiers, and the référent of an établissement of twenty people."""
    medecin, place = MedecinFactory(), EtablissementFactory()
    for rank in range(50):
        DossierFactory(
            auteur=medecin,
            orientation=list(Orientation)[rank % 3],
            nom=f"Garricou-{rank}",
            date_naissance=date(1950, 1, 1 + rank % 28),
        )
    HabilitationFactory.create_batch(20, lieu=place)
    return medecin, referent_of(place)


def cost(client, path) -> float:
    """Milliseconds of processor of one whole request."""
    started = process_time_ns()
    answer = client.get(path)
    taken = (process_time_ns() - started) / 1e6
    assert answer.status_code == 200, path
    return taken


def nine_of(own, pro, medecin) -> dict:
    """By name: who asks, and for which address."""
    pages = {path: (own, path) for path in OF_MEDECIN}
    return pages | {"/dossiers/…/": (own, dossier_of(medecin))} | {path: (pro, path) for path in OF_REFERENT}


def nine_pages(rounds, pages):
    """What they cost the server alone: a rate counts its client too, which has the same processors."""
    own, _ = pages[FLOOR]
    asked = [*pages.values(), (own, BARE)]
    taken = [[cost(client, path) for client, path in asked] for _ in range(rounds)]
    *each, bare = (median(one) for one in zip(*taken[5:], strict=True))
    spent = dict(zip(pages, each, strict=True))
    for name, goal in GOALS.items():
        yield line(f"pages: {name}, CPU (floor)", spent[name], spent[FLOOR], "ms", f"<= {goal}")
    yield line("pages: mean of nine, CPU (/sante/vif)", sum(each) / len(each), bare, "ms", "<= 15")


def dossier_of(medecin) -> str:
    return f"/dossiers/{Dossier.objects.filter(auteur=medecin).values_list('numero', flat=True).first()}/"


def mix(seconds, signed_in, medecin):
    """The last rate a second at which the nine pages keep their p95, then the pace of /sante/vif."""
    with served() as port:
        asked = []
        for client, paths in signed_in:
            visitor = Visitor(port, {name: one.value for name, one in client.cookies.items()})
            asked += [(visitor, path) for path in paths]
        asked.append((asked[0][0], dossier_of(medecin)))
        for rate in (10, 20):  # each process has its first pages behind it
            p95_at(rate, asked, seconds / 2)
        rate = held(20, asked, seconds)
        bare = held(300, [(asked[0][0], BARE)], seconds / 2)  # last: its connections fill the machine's ports
    return line(
        f"pages: rate held at p95 <= {P95_MS} ms, nine pages (/sante/vif)", rate, bare, "/s", ">= 0.25"
    )


def held(rate, asked, seconds) -> float:
    """The highest rate tried, from `rate` on, whose p95 stays within bounds twice out of three."""
    best = 0.0
    for step in (FASTER, FINER):
        while keeps(rate, asked, seconds):
            best, rate = rate, rate * step
        rate = best * FINER
    return best


def keeps(rate, asked, seconds) -> bool:
    kept = [p95_at(rate, asked, seconds) <= P95_MS for _ in range(2)]
    return all(kept) or (any(kept) and p95_at(rate, asked, seconds) <= P95_MS)


def p95_at(rate, asked, seconds) -> float:
    """Milliseconds; each request leaves at its time, whether or not the former ones have come back."""
    taken, threads, pages = [], [], cycle(asked)
    started = perf_counter()
    for rank in range(int(rate * seconds)):
        due = started + rank / rate
        time.sleep(max(0.0, due - perf_counter()))
        thread = threading.Thread(target=visit, args=[*next(pages), due, taken])
        thread.start()
        threads.append(thread)
    for thread in threads:
        thread.join()
    return percentile(taken, 95)


def visit(visitor, path, due, taken):
    status, _ = visitor.ask("GET", path)
    taken.append((perf_counter() - due) * 1000 if status == 200 else float("inf"))
