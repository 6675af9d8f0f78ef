"""Pro Santé Connect: the OpenID client, on Authlib; what the provider says is checked here, or refused.

Facts and names of claims: the ANS's documents. What Authlib leaves to its user: claims options, algorithms,
the issuer of the discovery document, userinfo of the same person. docs/adr/0008 says why.
"""

import json
import logging
import re
import time
from functools import cache
from urllib.parse import urlsplit

import structlog
from authlib.integrations.django_client import OAuth, OAuthError
from authlib.integrations.django_client.apps import DjangoOAuth2App
from authlib.integrations.requests_client import OAuth2Session
from django.conf import settings
from django.urls import reverse
from joserfc import jwt
from joserfc.errors import ClaimError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry
from requests import RequestException

from authcps import exercices
from authcps.identity import Verified
from viatraj.core.reading import reads

log = structlog.get_logger(__name__)
logging.getLogger("authlib").setLevel(logging.INFO)  # its debug lines hold the code verifier

ALGORITHMS = ["RS256", "PS256"]
LEEWAY = 30  # seconds between the clocks
STATE_LIFETIME = 600  # seconds on PSC's pages
METADATA_LIFETIME = 3600  # seconds before the discovery document is read again
KEPT = "psc"  # the session's key: the ID token, for the logout alone, and the attempt it proves
OUT_OF_ORDER = ("server_error", "temporarily_unavailable")  # PSC's own error codes
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")
LOGOUT_ENDPOINT = "end_session_endpoint"  # the only optional one
LARGEST_ANSWER = 1_000_000  # bytes
SLOWEST_ANSWER = 30  # seconds, from its first byte to its last
LONGEST_TOKEN = 16_000  # characters; it comes back in the address of the logout


class Failed(Exception):
    """The base of all refusals of a provider's answer: nobody is signed in."""


class Refused(Failed):
    """What came back proves nothing; `reason` is for the log and the journal, never a secret."""

    def __init__(self, reason: str):
        super().__init__(reason)
        self.reason = reason


class Unavailable(Failed):
    """PSC is down, too slow, or answers something else than its protocol."""


class Client(OAuth2Session):
    """An HTTP client that limits the size and the duration of answers."""

    def request(self, method, url, **kwargs):
        answer = super().request(method, url, stream=True, **kwargs)
        parts, size, limit = [], 0, time.monotonic() + SLOWEST_ANSWER
        with answer:
            while part := answer.raw.read1(65_536, decode_content=True):
                parts.append(part)
                size += len(part)
                if size > LARGEST_ANSWER or time.monotonic() > limit:
                    raise Unavailable("endless")
        answer._content, answer._content_consumed = b"".join(parts), True  # where requests keeps what it read
        return answer


class Provider(DjangoOAuth2App):
    """Authlib's application, with our word on algorithms and issuer instead of the document's."""

    client_cls = Client

    def load_server_metadata(self):
        if "_loaded_at" not in self.server_metadata:
            with self._get_session() as session:
                answer = session.request("GET", self._server_metadata_url, withhold_token=True)
            answer.raise_for_status()
            self.server_metadata |= read_discovery(answer.content) | {"_loaded_at": time.time()}
        return self.server_metadata

    def fetch_jwk_set(self, force=False):
        """Kept for an hour once it can be read, else not at all."""
        try:
            KeySet.import_key_set(super().fetch_jwk_set(force))
        except Exception:
            self.server_metadata.pop("jwks", None)
            raise
        return self.server_metadata["jwks"]


@reads(Failed, lambda: Unavailable("discovery"))
def read_discovery(raw: bytes) -> dict:
    """Only the keys that we need: Authlib would configure its client by any other one in the document."""
    said = json.loads(raw)
    if said["issuer"] != settings.PSC_ISSUER:
        raise Refused("issuer")
    names = [*ENDPOINTS, *([LOGOUT_ENDPOINT] if LOGOUT_ENDPOINT in said else [])]
    if not all(_is_address(said[name]) for name in names):
        raise Refused("endpoint")
    known = {name: said[name] for name in names}
    return {"issuer": said["issuer"], **known, "id_token_signing_alg_values_supported": ALGORITHMS}


def _is_address(text) -> bool:
    """Of the web, as safe as the issuer's own, in visible characters alone: a browser is sent there."""
    scheme = urlsplit(settings.PSC_ISSUER).scheme
    parts = urlsplit(text)
    is_visible = text.isascii() and text.isprintable() and " " not in text and len(text) <= 500
    return is_visible and parts.scheme in ("https", scheme) and bool(parts.hostname)


@cache
def _client(discovery, client_id, client_secret, acr, timeouts) -> Provider:
    oauth = OAuth()
    provider = oauth.register(
        "psc",
        client_cls=Provider,
        client_id=client_id,
        client_secret=client_secret,
        server_metadata_url=discovery,
        authorize_params={"acr_values": acr},
        client_kwargs={
            "scope": "openid scope_all",
            "code_challenge_method": "S256",
            "token_endpoint_auth_method": "client_secret_basic",
            "default_timeout": timeouts,
        },
    )
    provider.framework.expires_in = STATE_LIFETIME
    return provider


def _provider() -> Provider:
    known = (
        settings.PSC_DISCOVERY or f"{settings.PSC_ISSUER}/.well-known/wallet-openid-configuration",
        settings.PSC_CLIENT_ID,
        settings.PSC_CLIENT_SECRET,
        settings.PSC_ACR[0],
        tuple(settings.PSC_TIMEOUTS),
    )
    if time.time() - _client(*known).server_metadata.get("_loaded_at", time.time()) > METADATA_LIFETIME:
        _client.cache_clear()
    return _client(*known)


def is_configured() -> bool:
    return bool(settings.PSC_ISSUER)


def _our(url_name) -> str:
    """The exact address declared to PSC; never the request's host."""
    return settings.SITE_URL.rstrip("/") + reverse(url_name)


@reads(Unavailable, lambda: Unavailable("authorization"))
def authorization(*, again: bool) -> dict:
    """Where to send the browser (`url`), with the state, nonce and code verifier to keep; or Unavailable.

    `again`: PSC asks who one is, even if it remembers somebody (shared computers).
    """
    try:
        more = {"prompt": "login"} if again else {}
        return _provider().create_authorization_url(_our("authcps:psc_return"), **more)
    except (Refused, OAuthError, JoseError, RequestException) as error:
        raise _unavailable("authorization", error) from error


def keep(request, asked: dict, attempt) -> None:
    """The state waits in this browser's session, for 10 minutes and for one return (as Authlib keeps it)."""
    redirect_uri = _our("authcps:psc_return")
    _provider().save_authorize_data(request, redirect_uri=redirect_uri, attempt=str(attempt.pk), **asked)


def attempt_of(request) -> str:
    """The attempt that this return belongs to, by the state this browser's session keeps; or empty."""
    kept = _provider().framework.get_state_data(request.session, request.GET.get("state", ""))
    return kept.get("attempt", "") if kept else ""


@reads(Failed, lambda: Unavailable("return"))
def identify(request) -> tuple[str, list[Verified]]:
    """The ID token, and who PSC says it is, once for each exercice; or Refused, or Unavailable."""
    provider = _provider()
    try:
        if not (request.GET.get("code") or request.GET.get("error")):
            raise Refused("no_code")
        token = provider.authorize_access_token(request, claims_options=_claims(), leeway=LEEWAY)
        if "id_token" not in token:
            raise Refused("no_id_token")
        if len(token["id_token"]) > LONGEST_TOKEN:
            raise Refused("id_token_too_long")
        said = token["userinfo"]  # Authlib's name for the claims of the ID token
        person = _same_person(said, _userinfo(provider, token))
        return token["id_token"], exercices.verified(person, issuer=said["iss"])
    except (OAuthError, JoseError, exercices.Unknown) as error:
        if getattr(error, "error", "") in OUT_OF_ORDER:
            raise _unavailable("return", error) from error
        raise Refused(_reason(error)) from error
    except RequestException as error:
        raise _unavailable("return", error) from error
    finally:
        provider.framework.clear_state_data(request.session, request.GET.get("state", ""))


def _claims() -> dict:
    """What an ID token must say; Authlib checks the nonce, azp and at_hash against ours besides."""
    return {
        "iss": {"essential": True, "value": settings.PSC_ISSUER},
        "aud": {"essential": True, "value": settings.PSC_CLIENT_ID},
        "azp": {"essential": True, "value": settings.PSC_CLIENT_ID},
        "acr": {"essential": True, "values": settings.PSC_ACR},
        **{name: {"essential": True} for name in ("sub", "exp", "iat", "nonce", "at_hash")},
    }


def _userinfo(provider, token) -> dict:
    """As JSON, or as a JWT, which must then be signed as the ID token is, by and for the same."""
    answer = provider.get(provider.load_server_metadata()["userinfo_endpoint"], token=token)
    answer.raise_for_status()
    if not answer.headers.get("Content-Type", "").startswith("application/jwt"):
        return answer.json()
    keys = KeySet.import_key_set(provider.fetch_jwk_set())
    registry = JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
    claims = jwt.decode(answer.text, key=keys, registry=registry).claims
    expected = {name: _claims()[name] for name in ("iss", "aud", "sub")}
    jwt.JWTClaimsRegistry(leeway=LEEWAY, **expected).validate(claims)
    return claims


def _same_person(said, userinfo) -> dict:
    """OIDC core 5.3.2: the userinfo of another `sub` is worth nothing."""
    if userinfo.get("sub") != said["sub"]:
        raise Refused("userinfo_sub")
    if said.get("SubjectNameID", userinfo.get("SubjectNameID")) != userinfo.get("SubjectNameID"):
        raise Refused("subject_name_id")
    return userinfo


def keep_proof(session, id_token: str, verified: Verified) -> None:
    """For the logout alone: the access token is not kept."""
    session[KEPT] = {"id_token": id_token, "idnat": verified.idnat}


def proof_of(session, attempt) -> dict | None:
    """What `keep_proof` left, when it proves the identity of this attempt."""
    kept, identity = session.get(KEPT), attempt.identity or {}
    return kept if kept and kept["idnat"] == identity.get("idnat") else None


def logout(id_token: str) -> str:
    """Where PSC ends its own session, then sends the browser back; empty when it cannot be asked."""
    try:
        return _logout(id_token)
    except Failed as error:
        log.warning("psc.unavailable", step="logout", error=type(error.__cause__ or error).__name__)
        return ""


@reads(Failed, lambda: Unavailable("logout"))
def _logout(id_token: str) -> str:
    asked = _provider().create_logout_url(
        post_logout_redirect_uri=_our("authcps:psc_logout_return"), id_token_hint=id_token
    )
    return asked["url"]


def _reason(error) -> str:
    """`mismatching_state`, `claim_nonce`, `access_denied`, `bad_signature`… one word for the log."""
    if isinstance(error, ClaimError):
        return f"claim_{error.claim}"
    # The code may have been typed into the address bar.
    return re.sub(r"[^a-z0-9_]", "", str(getattr(error, "error", error)))[:60] or "unknown"


def _unavailable(step, error) -> Unavailable:
    reason = getattr(error, "reason", "")
    log.warning("psc.unavailable", step=step, error=type(error).__name__, reason=reason)
    return Unavailable(step)
