"""«Déploiement» of the largest coordination and of the country: whole pages, by every filter (ANN-8)."""

import re
from time import perf_counter

from django.test import Client

from habilitations.reads.deploiement import KNOWN
from tests.bench.report import line, percentile
from tests.factories import sign_in

URL = "/administration/deploiement/"
PAGE = 100  # milliseconds, at full size
EACH = 8


def pages(actors, *, promised):
    """Of its beginning, of the page that follows, by a name, and by each filter."""
    for name in ("coordination", "national"):
        client = sign_in(Client(), actors[name].user)
        following = re.search(r"apres=(\d+)", client.get(URL).text)  # templates are compiled once
        asked = [{}, {"q": "Centre"}, {"q": "Rosa"}, {"apres": following[1]} if following else {}]
        asked += [{field: value} for field, known in KNOWN.items() for value in known]
        times = {str(one): [_milliseconds(client, one) for _ in range(EACH)] for one in asked}
        every = [spent for spents in times.values() for spent in spents]
        worst = max(times, key=lambda one: percentile(times[one], 50))
        said = f"worst is {worst}, {percentile(times[worst], 50):.0f} ms"
        if promised:
            yield line(
                f"deploiement, whole page, p95, {name} (promised; {said})",
                percentile(every, 95),
                PAGE,
                "ms",
                "<= 1",
            )


def _milliseconds(client, asked) -> float:
    started = perf_counter()
    answer = client.get(URL, asked)
    took = (perf_counter() - started) * 1000
    assert answer.status_code == 200
    return took
