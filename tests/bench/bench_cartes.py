"""Checking a card: signature, path, revocation in a long list, against the same without any memory.

Naive: authorities and lists read and checked again at each sign-in, as a view written in one afternoon does.
"""

import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter
from types import SimpleNamespace
from uuid import uuid4

from django.test import override_settings

from authcps import card, certificates
from tests.authcps.cards import World, answer
from tests.bench.report import line

REVOKED = {"small": 5_000, "full": 200_000}
ROUNDS = {"small": 60, "full": 20}


def run(scale):
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder) / "igc")
        world.lists("personnes", world.persons, range(10**6, 10**6 + REVOKED[scale]))
        dirs = {name: str(world.folder / one) for name, one in (("CPS_CA_DIR", "ca"), ("CPS_CRL_DIR", "crl"))}
        with override_settings(**dirs, CPS_TEST_CARDS=False):
            ours, naive = _measured(world, ROUNDS[scale])
    name = f"cartes: check of an answer (list of {REVOKED[scale]} cards; naive reads the files each time)"
    yield line(name, ours, naive, "ms", "<= 0.10")


def _measured(world, rounds):
    challenge = SimpleNamespace(
        pk=uuid4(), attempt_id=uuid4(), nonce="n" * 43, origin="https://viatraj.example", issued_at=world.now
    )
    given = answer(challenge, world.certificate())
    spent = {"ours": [], "naive": []}
    for _ in range(rounds):
        spent["ours"].append(_spent(lambda: card.verify_answer(given, challenge, now=world.now)))
        certificates._read.cache_clear()
        spent["naive"].append(_spent(lambda: card.verify_answer(given, challenge, now=world.now)))
    return median(spent["ours"]), median(spent["naive"])


def _spent(check) -> float:
    """Milliseconds."""
    started = perf_counter()
    assert check().idnat == "899100045771"
    return (perf_counter() - started) * 1000
