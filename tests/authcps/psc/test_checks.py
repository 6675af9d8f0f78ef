"""`manage.py check` refuses the simulator, and half a configuration, on a real server (CON-7)."""

import pytest

from authcps.checks import pro_sante_connect

REAL = "https://auth.esw.esante.gouv.fr/auth/realms/esante-wallet"


@pytest.fixture(autouse=True)
def production(settings):
    settings.DEMO = False
    settings.SITE_URL = "https://viatraj.example"
    settings.INSTALLED_APPS = [app for app in settings.INSTALLED_APPS if app != "viatraj.demo"]
    settings.PSC_ISSUER, settings.PSC_DISCOVERY = REAL, ""
    settings.PSC_CLIENT_ID, settings.PSC_CLIENT_SECRET = "viatraj", "a secret"


def said() -> list[str]:
    return [error.id for error in pro_sante_connect(None)]


def test_a_whole_configuration_passes():
    assert said() == []


def test_pro_sante_connect_may_be_closed(settings):
    settings.PSC_ISSUER = settings.PSC_CLIENT_ID = ""
    assert said() == []


def test_the_demonstration_app_without_demo(settings):
    settings.INSTALLED_APPS = [*settings.INSTALLED_APPS, "viatraj.demo"]
    assert said() == ["authcps.E001"]


@pytest.mark.parametrize(
    "simulator",
    [
        "https://viatraj.example/demo/psc/auth/realms/x",
        "https://demonstration.example/demo/psc/auth/realms/x",
    ],
)
@pytest.mark.parametrize("name", ["PSC_ISSUER", "PSC_DISCOVERY"])
def test_the_simulator(settings, name, simulator):
    setattr(settings, name, simulator)
    assert said() == ["authcps.E002"]


def test_a_provider_without_tls(settings):
    settings.PSC_ISSUER = REAL.replace("https", "http")
    assert said() == ["authcps.E003"]


@pytest.mark.parametrize("name", ["PSC_CLIENT_ID", "PSC_CLIENT_SECRET"])
def test_a_client_without_its_secret(settings, name):
    setattr(settings, name, "")
    assert said() == ["authcps.E004"]


def test_the_demonstration_has_its_simulator(settings):
    settings.DEMO, settings.PSC_ISSUER = True, "http://127.0.0.1:8000/demo/psc/auth/realms/x"
    assert said() == []
