"""The simulator of Pro Santé Connect, served for real; it touches no table, so tests may roll back."""

import pytest
from django.test.testcases import LiveServerThread, _StaticFilesHandler

from authcps import psc
from tests.authcps.psc.steps import LECLERCQ, REALM
from tests.factories import MedecinFactory


@pytest.fixture(scope="session")
def simulator():
    """Its address."""
    server = LiveServerThread("127.0.0.1", _StaticFilesHandler)
    server.daemon = True
    server.start()
    server.is_ready.wait()
    if server.error:
        raise server.error
    yield f"http://127.0.0.1:{server.port}"
    server.terminate()


@pytest.fixture(autouse=True)
def provider(simulator, settings):
    """The service and the simulator, each knowing the other."""
    settings.SITE_URL = simulator
    settings.PSC_ISSUER = simulator + REALM
    settings.PSC_TIMEOUTS = (5, 20)
    psc._client.cache_clear()
    yield
    psc._client.cache_clear()


@pytest.fixture
def medecin(db):
    """Known to the service and to the simulator; never yet seen by card."""
    return MedecinFactory(login=LECLERCQ, nom="Leclercq", prenom="Christine", first_strong_at=None)
