"""`manage.py check` refuses simulator, test cards, half a configuration on a real server (CON-7, CPX-1)."""

import pytest

from authcps.checks import cards, pro_sante_connect

REAL = "https://auth.esw.esante.gouv.fr/auth/realms/esante-wallet"


@pytest.fixture(autouse=True)
def production(settings):
    settings.DEMO = False
    settings.SITE_URL = "https://viatraj.example"
    settings.INSTALLED_APPS = [app for app in settings.INSTALLED_APPS if app != "viatraj.demo"]
    settings.PSC_ISSUER, settings.PSC_DISCOVERY = REAL, ""
    settings.PSC_CLIENT_ID, settings.PSC_CLIENT_SECRET = "viatraj", "a secret"
    settings.CPS_TEST_CARDS = settings.PSC_TEST_IDENTITIES = False
    settings.CPS_CA_DIR, settings.CPS_CRL_DIR = "/srv/ca", "/srv/crl"
    settings.CARD_HOST, settings.CARD_PROXY_SECRET = "https://carte.viatraj.example", "a secret"


def said() -> list[str]:
    return [error.id for check in (pro_sante_connect, cards) for error in check(None)]


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


def test_check_24_test_cards_without_demo(settings):
    settings.CPS_TEST_CARDS = True
    assert said() == ["authcps.E005"]
    settings.DEMO = True
    assert said() == []


def test_test_identities_with_the_sandbox_only(settings):
    settings.PSC_TEST_IDENTITIES = True
    assert said() == ["authcps.E006"]
    settings.PSC_ISSUER = "https://auth.bas.psc.esante.gouv.fr/auth/realms/esante-wallet"
    assert said() == []


def test_check_26_a_card_host_without_its_secret(settings):
    settings.CARD_PROXY_SECRET = ""
    assert said() == ["authcps.E007"]


@pytest.mark.parametrize("host", ["http://carte.viatraj.example", "https://viatraj.example", "carte"])
def test_check_26_a_card_host_that_is_no_host_of_its_own(settings, host):
    settings.CARD_HOST = host
    assert said() == ["authcps.E008"]


def test_no_cards_at_all_is_a_choice(settings):
    settings.CPS_CA_DIR = settings.CPS_CRL_DIR = settings.CARD_HOST = settings.CARD_PROXY_SECRET = ""
    assert said() == []


@pytest.mark.parametrize("name", ["CPS_CA_DIR", "CPS_CRL_DIR"])
def test_authorities_without_lists_or_the_reverse(settings, name):
    setattr(settings, name, "")
    assert said() == ["authcps.E009"]
