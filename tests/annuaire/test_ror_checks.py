"""`manage.py check` refuses half a configuration of the ROR, or one that shows its secrets (ANN-7)."""

import pytest

from annuaire.checks import ror
from annuaire.ror.acces import Acces


@pytest.fixture(autouse=True)
def production(settings):
    settings.DEMO = False
    settings.ROR_URL, settings.ROR_TOKEN_URL = "https://ror.example/fhir/", "https://jetons.example/token"
    settings.ROR_CLIENT_ID, settings.ROR_CLIENT_SECRET = "viatraj", "secret-de-test"
    settings.ROR_CERTIFICAT = settings.ROR_CLE = ""
    settings.ROR_NIVEAU = 0


def said() -> list[str]:
    return [error.id for error in ror(None)]


def test_a_whole_configuration_passes(settings):
    assert said() == []
    settings.ROR_CLIENT_SECRET, settings.ROR_CERTIFICAT, settings.ROR_CLE = "", "/c.pem", "/c.key"
    assert said() == []


def test_without_an_address_nothing_is_asked(settings):
    settings.ROR_URL = settings.ROR_CLIENT_ID = settings.ROR_CLIENT_SECRET = ""
    assert said() == []


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("ROR_URL", "http://ror.example/fhir", "annuaire.E001"),
        ("ROR_TOKEN_URL", "", "annuaire.E001"),
        ("ROR_CLIENT_ID", "", "annuaire.E002"),
        ("ROR_CLE", "/c.key", "annuaire.E003"),
        ("ROR_CLIENT_SECRET", "", "annuaire.E004"),
        ("ROR_NIVEAU", 6, "annuaire.E005"),
        ("ROR_NIVEAU", -1, "annuaire.E005"),
    ],
)
def test_half_a_configuration(settings, name, value, told):
    setattr(settings, name, value)
    assert said() == [told]


def test_what_is_configured_is_what_is_asked_with(settings):
    settings.ROR_PROFIL, settings.ROR_HEURES = "CU22", 3
    acces = Acces.of(settings)
    assert (acces.url, acces.token_url) == ("https://ror.example/fhir", "https://jetons.example/token")
    assert (acces.secret, acces.niveau, acces.heures, acces.profil) == ("secret-de-test", 0, 3, "CU22")
    assert list(acces.headers.values()) == [
        "CU22",
        "1.2.250.1.213.1.6.1.66",
        "AUTOMATE",
        "1.2.250.1.213.1.1.4.6",
    ]
