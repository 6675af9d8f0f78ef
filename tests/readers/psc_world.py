"""Pro Santé Connect without a network: what it would send for one return, ready to be spoiled."""

import json
from io import BytesIO
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.test import RequestFactory
from joserfc import jws
from requests.adapters import HTTPAdapter
from urllib3 import HTTPResponse

from authcps import psc
from viatraj.demo.psc import provider
from viatraj.demo.psc.people import porteurs

ISSUER = "http://127.0.0.1:9/auth/realms/esante-wallet"
STATE, NONCE, ACCESS = "un-etat", "un-nonce", "un-jeton-d-acces"
PARTS = ("discovery", "jwks", "claims", "token", "userinfo", "query")


def good() -> dict:
    """By part, before anything is signed or encoded."""
    person = next(one for one in porteurs().values() if one.idnat == "899100045771")
    where = {name: f"{ISSUER}/{name}" for name in (*psc.ENDPOINTS, psc.LOGOUT_ENDPOINT)}
    asked = {"client_id": settings.PSC_CLIENT_ID, "nonce": NONCE, "sid": "s", "panne": ""}
    signed = provider.id_token(asked, person, issuer=ISSUER, access_token=ACCESS)
    claims = provider.jwt.decode(signed, provider.key(), algorithms=["RS256"]).claims
    return {
        "discovery": {"issuer": ISSUER, "scopes_supported": ["openid"], "verify": True, **where},
        "jwks": provider.jwks(),
        "claims": claims,
        "token": {"access_token": ACCESS, "token_type": "Bearer", "expires_in": 120},
        "userinfo": person.as_userinfo(),
        "query": {"code": "un-code", "state": STATE},
    }


def sent(parts: dict) -> dict[str, bytes]:
    """By the last part of its address, the body of each answer; a part that is bytes is sent as it is."""
    token = parts["token"]
    if isinstance(token, dict):
        token = {**token, "id_token": signed(_bytes(parts["claims"]))}
    known = {
        "wallet-openid-configuration": parts["discovery"],
        "jwks_uri": parts["jwks"],
        "token_endpoint": token,
        "userinfo_endpoint": parts["userinfo"],
    }
    return {name: _bytes(one) for name, one in known.items()}


def _bytes(part) -> bytes:
    return part if isinstance(part, bytes) else json.dumps(part).encode()


def signed(payload: bytes) -> str:
    """By the provider's own key, whatever it holds."""
    return jws.serialize_compact({"alg": "RS256", "kid": provider.KID}, payload, provider.key())


def request_of(parts: dict):
    query = parts["query"]
    text = query if isinstance(query, str) else urlencode(query)
    request = RequestFactory().get("/connexion/psc/retour/", QUERY_STRING=text)
    kept = {"nonce": NONCE, "code_verifier": "v" * 48, "redirect_uri": "http://testserver/", "attempt": "1"}
    request.session = {f"_state_psc_{STATE}": {"data": kept, "exp": 4_000_000_000}}
    return request


class Network:
    """In place of requests' own adapter."""

    def __init__(self, bodies: dict[str, bytes], content_type="application/json"):
        self.bodies, self.content_type = bodies, content_type

    def send(self, adapter, request):
        name = urlsplit(request.url).path.rsplit("/", 1)[-1]
        body = self.bodies.get(name)
        answer = HTTPResponse(
            body=BytesIO(body or b""),
            headers={"Content-Type": self.content_type},
            status=404 if body is None else 200,
            preload_content=False,
        )
        return adapter.build_response(request, answer)


def answering(patch, bodies: dict[str, bytes]):
    """From now on these are a new provider's answers."""
    network = Network(bodies)
    patch.setattr(HTTPAdapter, "send", lambda adapter, request, **known: network.send(adapter, request))
    psc._client.cache_clear()


def identify(parts: dict, patch):
    """As the view does, with this provider."""
    answering(patch, sent(parts))
    return psc.identify(request_of(parts))
