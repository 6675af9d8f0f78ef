"""Bytes from outside never surprise: from thousands of broken inputs, nothing but the declared exception.

`make test` tries a seeded sample of each reader, `make proofs` the whole series; SEED=… makes another one.
"""

import json
import os
import time
from collections import Counter

import pytest

from tests import memory
from tests.authcps.cards import World as Cards
from tests.authcps.cards import trusted
from tests.readers.campaigns import CAMPAIGNS, World, inputs
from viatraj.core import reading
from viatraj.core.reading import READERS

SEED = int(os.environ.get("SEED") or 10)
SAMPLE, WHOLE = 40, 2_500
LONGEST = 3  # seconds of processor for one input
MOST = 300  # MB that a whole series may add to what this process holds
NAMES = [campaign.reader for campaign in CAMPAIGNS]


@pytest.fixture(scope="module")
def igc(tmp_path_factory):
    return Cards(tmp_path_factory.mktemp("igc") / "made")


@pytest.fixture
def world(igc, settings, tmp_path, monkeypatch):
    settings.PSC_ISSUER = "http://127.0.0.1:9/auth/realms/esante-wallet"
    with trusted(igc, settings, tmp_path / "igc"):
        yield World(igc, tmp_path, monkeypatch)


@pytest.fixture
def surprises(monkeypatch):
    """What readers did not foresee, by type; not in the log, which would be thousands of lines long."""
    found = Counter()

    class Quiet:
        def warning(self, event, *, reader, error):
            found[reader, error] += 1

    monkeypatch.setattr(reading, "log", Quiet())
    return found


def run(campaign, world, count):
    """How many inputs were refused, and how many passed in spite of what was done to them."""
    refusal, outcomes, before = READERS[campaign.reader], Counter(), memory.peak()
    for number, bad in enumerate(inputs(campaign, world, seed=SEED, count=count)):
        started = time.process_time()
        try:
            found = campaign.read(world, bad)
        except refusal:
            outcomes["refused"] += 1
        except BaseException as error:
            pytest.fail(f"{campaign.reader}, SEED={SEED}, input {number}: {type(error).__name__}: {error}")
        else:
            assert campaign.fits(found)
            outcomes["passed"] += 1
        assert time.process_time() - started < LONGEST, f"input {number} holds the processor"
    assert memory.peak() - before < MOST
    assert outcomes["refused"] > count / 20, "these inputs are hardly broken"
    return outcomes


@pytest.mark.parametrize("campaign", CAMPAIGNS, ids=NAMES)
def test_nothing_else_comes_out(campaign, world, surprises):
    run(campaign, world, SAMPLE)


@pytest.mark.proofs
@pytest.mark.parametrize("campaign", CAMPAIGNS, ids=NAMES)
def test_nothing_else_comes_out_of_the_whole_series(campaign, world, surprises, capsys):
    outcomes = run(campaign, world, WHOLE)
    with capsys.disabled():
        met = sorted({error for _, error in surprises})
        print(f"\n{campaign.reader}: {json.dumps(outcomes)}; unforeseen: {', '.join(met) or 'none'}")
