"""Cards: an authority of the tests in place of the demonstration's."""

import shutil
import tempfile
from pathlib import Path

import pytest

from tests.authcps.cards import World


@pytest.fixture(scope="module")
def made():
    with tempfile.TemporaryDirectory() as folder:
        yield World(Path(folder) / "igc")


@pytest.fixture
def igc_world(made, settings, tmp_path):
    """The same authority for a module's tests, its files new for each of them."""
    folder = tmp_path / "igc"
    shutil.copytree(made.folder, folder)
    settings.CPS_CA_DIR, settings.CPS_CRL_DIR = str(folder / "ca"), str(folder / "crl")
    settings.CPS_TEST_CARDS = False
    before, made.folder = made.folder, folder
    yield made
    made.folder = before
