"""A worker of reports in a process of its own, nice as in production.

`orders` makes what waits, and answers in JSON: seconds, those of the processor (PostgreSQL’s too),
and the most memory that the process has held.
`beside`: three national orders with nothing counted before, again and again, until its input ends.
"""

import json
import os
import sys
from datetime import date
from threading import Thread
from time import perf_counter, process_time

import django
from django.utils import timezone

from tests.bench.report import peak

THREE = ("SAN-04", "SAN-05", "GA-03")


def orders() -> dict[str, float]:
    from observatoire import actions
    from tests.bench.backend import spent
    from viatraj.core.actor import Actor

    started, before = perf_counter(), process_time()
    with spent() as took:
        while actions.make_next(now=timezone.now(), by=Actor.system("rapports")):
            pass
    cpu = process_time() - before + took.cpu / 1000
    return {"seconds": perf_counter() - started, "cpu": cpu, "peak": peak()}


def beside() -> None:
    from observatoire.perimetres import Perimetre
    from observatoire.rapports import Cadre, cumuls
    from viatraj.core.cores import one_core

    now = timezone.now()
    year = timezone.localdate(now).year - 1
    cadre = Cadre(Perimetre(national=True), date(year, 1, 1), date(year, 12, 31), now, b"bench")
    ended = Thread(target=sys.stdin.read)
    ended.start()
    with one_core():
        while ended.is_alive():
            for code in THREE:
                cumuls.KEPT[code].compute(cadre)


if __name__ == "__main__":
    os.nice(10)
    django.setup()
    if sys.argv[1] == "orders":
        print(json.dumps(orders()))
    else:
        beside()
