"""Cards: an authority of the tests in place of the demonstration's."""

import pytest

from tests.authcps.cards import World, trusted


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return World(tmp_path_factory.mktemp("igc") / "made")


@pytest.fixture
def igc_world(made, settings, tmp_path):
    with trusted(made, settings, tmp_path / "igc") as world:
        yield world
