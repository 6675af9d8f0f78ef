"""The simulator is a strict provider: what a real one refuses, it refuses (CON-7)."""

import base64
import hashlib
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.conf import settings
from joserfc import jwt
from joserfc.jwk import KeySet

from viatraj.demo.psc import provider
from viatraj.demo.psc.people import porteurs

pytestmark = pytest.mark.django_db
AUTH = "/demo/psc/auth/"
PROTOCOL = "/demo/psc/auth/realms/esante-wallet/protocol/openid-connect"
VERIFIER = "un-verificateur-assez-long-pour-convenir-a-tous"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
RETURN = f"{settings.SITE_URL}/connexion/psc/retour/"
ASKED = {
    "client_id": "viatraj",
    "redirect_uri": RETURN,
    "response_type": "code",
    "scope": "openid scope_all",
    "acr_values": "eidas1",
    "state": "un-state-assez-long",
    "nonce": "un-nonce-assez-long",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}
CHRISTINE = "899100045771"


def grant(client, idnat=CHRISTINE, **more) -> dict:
    answer = client.post(AUTH, {**ASKED, "idnat": idnat, **more})
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.url).query).items()}


def redeem(client, given, *, secret="simulateur", **more):
    basic = base64.b64encode(f"viatraj:{secret}".encode()).decode()
    sent = {
        "grant_type": "authorization_code",
        "code": given,
        "redirect_uri": RETURN,
        "code_verifier": VERIFIER,
    }
    return client.post(f"{PROTOCOL}/token", sent | more, headers={"Authorization": f"Basic {basic}"})


def test_both_tabs_list_the_demonstration_s_people(client):
    """The labels of the real page."""
    for tab, button in (("ecps", "Se connecter avec e-CPS"), ("carte", "Se connecter avec la carte CPS")):
        text = client.get(AUTH, ASKED | {"onglet": tab}).text
        words = ("Connectez-vous", "Application e-CPS", "Carte CPS", button, "Mémoriser mon identifiant")
        assert [word for word in words if word not in text] == []
        assert [one.idnat for one in porteurs().values() if f'value="{one.idnat}"' not in text] == []


@pytest.mark.parametrize(
    ("tab", "lines"),
    [
        (
            "ecps",
            (
                "une mauvaise configuration de l’heure sur votre téléphone",
                "en utilisant l’application mobile e-CPS",
            ),
        ),
        (
            "carte",
            (
                "Les utilisateurs de Firefox peuvent rencontrer un échec",
                "placez votre carte CPS dans le lecteur",
            ),
        ),
    ],
)
def test_each_tab_says_what_the_real_page_says(client, settings, tab, lines):
    """With the FAQ e-CPS of the settings."""
    settings.ECPS_FAQ_URL = "https://faq.example/"
    text = client.get(AUTH, ASKED | {"onglet": tab}).text
    common = ('href="https://faq.example/"', "En savoir plus sur la gestion de vos données et vos droits")
    assert [one for one in (*lines, *common) if one not in text] == []


def test_a_code_gives_tokens_once(client):
    code = grant(client)["code"]
    tokens = redeem(client, code).json()
    keys = KeySet.import_key_set(client.get(f"{PROTOCOL}/certs").json())
    claims = jwt.decode(tokens["id_token"], keys, algorithms=["RS256"]).claims
    assert (claims["SubjectNameID"], claims["nonce"]) == (CHRISTINE, ASKED["nonce"])
    again = redeem(client, code)
    assert (again.status_code, again.json()) == (400, {"error": "invalid_grant"})


@pytest.mark.parametrize(
    "wrong",
    [{"code_verifier": "un-autre"}, {"redirect_uri": "http://testserver/ailleurs/"}, {"code": "inconnu"}],
)
def test_a_code_is_worth_nothing_otherwise(client, wrong):
    assert redeem(client, grant(client)["code"], **wrong).json() == {"error": "invalid_grant"}


def test_a_wrong_secret_gets_nothing(client):
    assert redeem(client, grant(client)["code"], secret="faux").status_code == 401


def test_an_unknown_token_reads_nobody(client):
    answer = client.get(f"{PROTOCOL}/userinfo", headers={"Authorization": "Bearer inconnu"})
    assert answer.status_code == 401


@pytest.mark.parametrize(
    "wrong", [{"client_id": "autre"}, {"redirect_uri": "https://autre.example/"}, {"redirect_uri": ""}]
)
def test_an_unknown_service_is_not_sent_back(client, wrong):
    assert client.get(AUTH, ASKED | wrong).status_code == 400


@pytest.mark.parametrize(
    "wrong",
    [
        {"response_type": "token"},
        {"acr_values": ""},
        {"code_challenge_method": "plain"},
        {"code_challenge": ""},
        {"state": ""},
        {"nonce": ""},
        {"scope": "scope_all"},
    ],
)
def test_an_incomplete_request_goes_back_refused(client, wrong):
    answer = client.get(AUTH, ASKED | wrong)
    assert answer.url.startswith(RETURN)
    assert "error=invalid_request" in answer.url


@pytest.mark.parametrize("posted", [{"annuler": "1"}, {"idnat": "899100050144"}, {"idnat": "inconnu"}])
def test_who_gives_up_is_revoked_or_unknown_is_refused(client, posted):
    assert grant(client, **posted)["error"] == "access_denied"


def test_it_remembers_who_came_until_the_logout(client):
    tokens = redeem(client, grant(client)["code"]).json()
    assert "code=" in client.get(AUTH, ASKED).url
    assert client.get(AUTH, ASKED | {"prompt": "login"}).status_code == 200
    query = {
        "id_token_hint": tokens["id_token"],
        "post_logout_redirect_uri": f"{settings.SITE_URL}/deconnexion/retour/",
    }
    assert client.get(f"{PROTOCOL}/logout?{urlencode(query)}").status_code == 302
    assert client.get(AUTH, ASKED).status_code == 200


@pytest.mark.parametrize("hint", ["", "abc", "a.b.c"])
def test_a_logout_needs_its_hint(client, hint):
    assert client.get(f"{PROTOCOL}/logout", {"id_token_hint": hint}).status_code == 400


def test_the_remembered_number_is_chosen_next_time(client):
    grant(client, "899100050110", memoriser="on")
    text = client.get(AUTH, ASKED | {"prompt": "login"}).text
    assert 'value="899100050110" checked' in text


def test_the_key_outlives_the_process():
    before = provider.jwks()
    provider.key.cache_clear()
    assert provider.jwks() == before


def test_invented_numbers_begin_with_99():
    assert [idnat for idnat in porteurs() if not idnat[1:].startswith("99")] == []
