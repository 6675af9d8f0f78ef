"""What a provider may answer that proves nothing: each a clean page, nobody in (check 20 of ASVS 10.5)."""

import json
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.test import Client

from accounts.models import Session
from authcps import psc
from authcps.models import Attempt
from journal.models import Entry
from tests.authcps.psc.steps import BACK, REALM, REVOKED, START, choose, come_back, leave, user_of
from tools.servers import free_port
from viatraj.demo.psc import provider

pytestmark = pytest.mark.django_db

REFUSED = {
    # fault → the word in the journal
    "etat": None,
    "access_denied": "psc_access_denied",
    "invalid_scope": "psc_invalid_scope",
    "nonce": "psc_claim_nonce",
    "iss": "psc_claim_iss",
    "aud": "psc_claim_aud",
    "azp": "psc_claim_azp",
    "acr": "psc_claim_acr",
    "exp": "psc_claim_exp",
    "iat": "psc_claim_iat",
    "at_hash": "psc_claim_at_hash",
    "sans_nonce": "psc_claim_nonce",
    "sans_acr": "psc_claim_acr",
    "sans_at_hash": "psc_claim_at_hash",
    "id_token_sub": "psc_userinfo_sub",
    "alg_none": "psc_unsupported_algorithm",
    "hs256": "psc_unsupported_algorithm",
    "autre_cle": "psc_bad_signature",
    "illisible": "psc_decode_error",
    "sans_id_token": "psc_no_id_token",
    "invalid_grant": "psc_invalid_grant",
    "userinfo_sub": "psc_userinfo_sub",
    "userinfo_name_id": "psc_subject_name_id",
    "userinfo_sans_numero": "psc_subject_name_id",
    "userinfo_bizarre": "psc_unreadable",
    "userinfo_nom_long": "psc_unreadable",
    "userinfo_nom_nul": "psc_unreadable",
    "userinfo_jwt_none": "psc_unsupported_algorithm",
    "userinfo_jwt_aud": "psc_claim_aud",
}
DOWN = ["server_error", "lent", "panne", "userinfo_html"]

FOREIGN_DOCUMENTS = [
    {"verify": False},
    {"proxies": {"https": "http://x"}},
    {"client_secret": "x"},
    {"scope": "a"},
]
FOREIGN_DOCUMENTS += [
    {"id_token_signing_alg_values_supported": ["none"]},
    {"jwks": {"keys": []}},
    {"cert": "/etc"},
]
FOREIGN_ADDRESSES = [
    "javascript:alert(1)",
    "ftp://psc.example/",
    "//psc.example",
    "https://",
    "https://[",
    "",
    12,
]
FOREIGN_ADDRESSES += [
    "https://a\nSet-Cookie: a=b",
    "https://psc.example/é",
    f"https://a/{'x' * 600}",
    None,
    ["https://a/"],
]


class TestFaults:
    """Check 20. Each is refused by a page of ours, and nobody is in."""

    @pytest.mark.parametrize(("fault", "reason"), REFUSED.items(), ids=REFUSED)
    def test_refused(self, client, medecin, fault, reason):
        answer = come_back(client, panne=fault)
        assert answer.status_code == 403, answer.text
        assert "La connexion par Pro Santé Connect n’a pas abouti" in answer.text
        assert "L’heure de votre téléphone est peut-être décalée" in answer.text, "CON-10"
        self.nobody_is_in(client, medecin)
        refusals = Entry.objects.filter(event="connexion.refused").values_list("data__reason", flat=True)
        assert list(refusals) == ([reason] if reason else [])

    @pytest.mark.parametrize("fault", DOWN)
    def test_out_of_order(self, client, medecin, fault, settings):
        if fault == "lent":
            come_back(client)  # keys and addresses are known
            client.post("/deconnexion/")
            settings.PSC_TIMEOUTS = (0.5, 1)
        answer = come_back(client, panne=fault)
        assert answer.status_code == 424, answer.text
        assert "Pro Santé Connect ne répond pas" in answer.text
        self.nobody_is_in(client, medecin)

    @pytest.mark.parametrize("fault", ["issuer", "lent", "panne", "illisible"])
    def test_a_faulty_discovery_document(self, client, medecin, settings, fault):
        settings.PSC_TIMEOUTS = (0.5, 1) if fault == "lent" else (5, 20)
        settings.PSC_DISCOVERY = (
            f"{settings.PSC_ISSUER}/.well-known/wallet-openid-configuration?panne={fault}"
        )
        answer = client.post(START, {"porte": "medecin", "suite": ""})
        assert answer.status_code == 424
        assert "Pro Santé Connect ne répond pas" in answer.text
        assert not Attempt.objects.exists()
        settings.PSC_DISCOVERY, settings.PSC_TIMEOUTS = "", (5, 20)
        assert come_back(client).url == "/medecin/"

    def test_a_dead_provider(self, client, settings):
        settings.PSC_ISSUER = f"http://127.0.0.1:{free_port()}{REALM}"
        assert client.post(START, {"porte": "medecin", "suite": ""}).status_code == 424

    def test_a_provider_that_dies_on_the_way(self, client, medecin):
        back = choose(client, leave(client))
        psc._provider().server_metadata["token_endpoint"] = f"http://127.0.0.1:{free_port()}/token"
        assert client.get(back).status_code == 424
        self.nobody_is_in(client, medecin)

    def test_a_wrong_client_secret(self, client, medecin):
        back = choose(client, leave(client))
        psc._provider().client_secret = "faux"
        assert client.get(back).status_code == 403
        self.nobody_is_in(client, medecin)

    def test_a_callback_is_accepted_once(self, client, medecin):
        back = choose(client, leave(client))
        client.get(back)
        assert client.get(back).status_code == 403
        assert user_of(client) == medecin
        client.post("/deconnexion/")
        assert client.get(back).status_code == 403
        assert user_of(client) is None

    def test_another_browser_s_callback_is_worth_nothing(self, client, medecin):
        """Somebody signs his victim in as himself, or as the victim: the state is of another session."""
        back, victim = choose(client, leave(client)), Client()
        leave(victim)
        answer = victim.get(back)
        assert answer.status_code == 403
        assert user_of(victim) is None
        assert client.get(back).status_code == 302

    @pytest.mark.parametrize(
        "query", ["", "?state=x", "?error=access_denied", "?code=a&state=b", "?state=&code="]
    )
    def test_a_return_that_this_browser_did_not_ask_for(self, client, query):
        assert client.get(BACK + query).status_code == 403
        assert not Entry.objects.exists()

    @pytest.mark.parametrize(
        "query", ["", "&code=", "&error=", "&code=%FF", "&error=%C3%A9%E2%80%AE", "&iss=x"]
    )
    def test_a_return_with_its_state_and_without_a_code(self, client, medecin, query):
        """The state is heard once all the same: the right return comes too late."""
        back = choose(client, leave(client))
        state = parse_qs(urlsplit(back).query)["state"][0]
        answer = client.get(f"{BACK}?state={state}{query}")
        assert answer.status_code == 403, answer.text
        assert "La réponse de Pro Santé Connect n’a pas pu être vérifiée." in answer.text
        self.nobody_is_in(client, medecin)
        assert client.get(back).status_code == 403
        self.nobody_is_in(client, medecin)

    @pytest.mark.parametrize("document", FOREIGN_DOCUMENTS, ids=str)
    def test_a_discovery_document_sets_nothing_of_our_client(self, document):
        """Authlib takes each of its words as a setting: `verify` would turn TLS off."""
        good = {"issuer": settings.PSC_ISSUER, **dict.fromkeys(psc.ENDPOINTS, "https://psc.example/a")}
        found = psc.read_discovery(json.dumps({**good, **document}).encode())
        assert found.keys() == {*good, "id_token_signing_alg_values_supported"}
        assert found["id_token_signing_alg_values_supported"] == ["RS256", "PS256"]

    @pytest.mark.parametrize("address", FOREIGN_ADDRESSES, ids=repr)
    @pytest.mark.parametrize("name", [*psc.ENDPOINTS, psc.LOGOUT_ENDPOINT])
    def test_a_discovery_document_leads_nowhere_else_than_to_the_web(self, name, address):
        good = {"issuer": settings.PSC_ISSUER, **dict.fromkeys(psc.ENDPOINTS, "https://psc.example/a")}
        with pytest.raises(psc.Failed):
            psc.read_discovery(json.dumps({**good, name: address}).encode())

    def test_keys_that_cannot_be_read_are_not_kept(self, client, medecin, monkeypatch):
        with monkeypatch.context() as patch:
            patch.setattr(provider, "jwks", lambda: {"keys": [{"kty": "RSA", "n": 12}]})
            assert come_back(client).status_code == 403
        assert come_back(client).url == "/medecin/"

    def test_an_endless_answer_fills_no_memory(self, client, medecin, monkeypatch):
        person = provider.userinfo

        def endless(*args, **known):
            return person(*args, **known) | {"a": "x" * psc.LARGEST_ANSWER}

        with monkeypatch.context() as patch:
            patch.setattr(provider, "userinfo", endless)
            assert come_back(client).status_code == 424
        self.nobody_is_in(client, medecin)

    def test_a_code_of_another_attempt(self, client, medecin):
        """PKCE and the nonce tie the code to the state it left with."""
        first, second = choose(client, leave(client)), choose(client, leave(client))
        state = parse_qs(urlsplit(second).query)["state"][0]
        answer = client.get(re.sub(r"state=[^&]*", f"state={state}", first))
        assert answer.status_code == 403
        self.nobody_is_in(client, medecin)

    def test_a_state_lives_ten_minutes(self, client, medecin):
        back = choose(client, leave(client))
        Attempt.objects.update(ends="2026-01-01T00:00Z")
        assert client.get(back).status_code == 403
        self.nobody_is_in(client, medecin)

    def test_a_refused_card(self, client):
        answer = come_back(client, REVOKED)
        assert answer.status_code == 403
        assert "Vous avez quitté Pro Santé Connect sans vous identifier." in answer.text

    def test_a_signed_userinfo_is_as_good(self, client, medecin):
        assert come_back(client, panne="userinfo_jwt").url == "/medecin/"

    def test_identities_of_test_only_where_they_may(self, client, medecin, settings):
        settings.PSC_TEST_IDENTITIES = False
        assert come_back(client).status_code == 403
        self.nobody_is_in(client, medecin)

    def test_a_new_key_of_the_provider_is_fetched(self, client, medecin):
        psc._provider().fetch_jwk_set()["keys"][0]["kid"] = "une-autre"
        assert come_back(client).url == "/medecin/"

    def nobody_is_in(self, client, medecin):
        assert user_of(client) is None
        assert not Session.objects.filter(user=medecin).exists()
        assert client.get("/medecin/").status_code == 302
