"""The simulator's pages: discovery, «Connectez-vous», tokens, userinfo, keys, logout."""

import base64
import secrets
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.http import HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from viatraj.core.pages import page
from viatraj.demo.psc import faults, provider
from viatraj.demo.psc.people import porteurs

SSO, REMEMBERED = "psc_sim", "psc_sim_idnat"  # cookies
SSO_LIFETIME = 4 * 3600
ASKED = (
    "client_id redirect_uri state nonce scope acr_values response_type "
    "code_challenge code_challenge_method prompt"
).split()
TABS = {"ecps": "Application e-CPS", "carte": "Carte CPS"}


def issuer(request) -> str:
    discovery_path = reverse("demo:psc_discovery")
    return request.build_absolute_uri(discovery_path.split("/.well-known/")[0])


@login_not_required
@require_safe
def discovery(request):
    """`?panne=issuer`, `lent`, `panne` or `illisible`."""
    fault = request.GET.get("panne", "")
    if fault == "lent":
        faults.wait_too_long()
    if fault == "panne":
        return HttpResponse("en panne", status=500)
    if fault == "illisible":
        return JsonResponse(["ceci", "n’est pas", "un document"], safe=False)
    where = {
        name: request.build_absolute_uri(reverse(f"demo:psc_{page}"))
        for name, page in (
            ("authorization_endpoint", "authorize"),
            ("token_endpoint", "token"),
            ("userinfo_endpoint", "userinfo"),
            ("jwks_uri", "certs"),
            ("end_session_endpoint", "logout"),
        )
    }
    return JsonResponse(
        {
            "issuer": "https://autre.example" if fault == "issuer" else issuer(request),
            **where,
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code"],
            "subject_types_supported": ["public"],
            # As a provider that would let anything through: the client has its own list.
            "id_token_signing_alg_values_supported": ["none", "HS256", "RS256", "PS256"],
            "scopes_supported": ["openid", "scope_all"],
            "acr_values_supported": ["eidas1"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "code_challenge_methods_supported": ["S256"],
        }
    )


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def authorize(request):
    sent = request.POST if request.method == "POST" else request.GET
    asked = {name: sent.get(name, "") for name in ASKED}
    if asked["client_id"] != settings.PSC_CLIENT_ID or asked["redirect_uri"] != _our("authcps:psc_return"):
        return HttpResponseBadRequest(
            "client_id ou redirect_uri inconnu", content_type="text/plain; charset=utf-8"
        )
    if wrong := _what_is_wrong(asked):
        return _back(asked, error="invalid_request", error_description=wrong)
    remembered = _sso(request)
    if request.method != "POST" and remembered and asked["prompt"] != "login":
        return _back(asked, **_granted(asked, remembered["idnat"], "", remembered["sid"]))
    if request.method == "POST":
        return _chosen(request, asked)
    tab = sent.get("onglet", "ecps")
    known = list(porteurs().values())
    return page(
        request,
        "demo/psc/sign_in.html",
        asked=asked,
        tabs=[(code, label, urlencode(asked | {"onglet": code})) for code, label in TABS.items()],
        tab=tab if tab in TABS else "ecps",
        porteurs=known,
        chosen=request.COOKIES.get(REMEMBERED, known[0].idnat),
        faults=faults.LABELS.items(),
    )


def _our(url_name) -> str:
    return settings.SITE_URL.rstrip("/") + reverse(url_name)


def _what_is_wrong(asked) -> str:
    expected = {"response_type": "code", "acr_values": settings.PSC_ACR[0], "code_challenge_method": "S256"}
    for name, value in expected.items():
        if asked[name] != value:
            return f"{name} doit valoir {value}"
    missing = [name for name in ("state", "nonce", "code_challenge") if len(asked[name]) < 16]
    if missing or "openid" not in asked["scope"].split():
        return f"manque : {', '.join([*missing, 'scope'])}"
    return ""


def _chosen(request, asked):
    """What the person answered at «Connectez-vous»."""
    person, fault = porteurs().get(request.POST.get("idnat", "")), request.POST.get("panne", "")
    if "annuler" in request.POST or person is None or person.revoked:
        return _back(asked, error="access_denied", error_description="identification refusée")
    if fault in faults.REDIRECTION and fault != "etat":
        return _back(asked, error=fault, error_description="panne demandée")
    if fault == "etat":
        asked = asked | {"state": "un-autre-state-que-le-bon"}
    sid = secrets.token_hex(16)
    response = _back(asked, **_granted(asked, person.idnat, fault, sid))
    kept = signing.dumps({"idnat": person.idnat, "sid": sid}, salt="psc.sso")
    arguments = {"path": "/demo/psc/", "httponly": True, "samesite": "Lax", "secure": settings.HTTPS}
    response.set_cookie(SSO, kept, max_age=SSO_LIFETIME, **arguments)
    if "memoriser" in request.POST:
        response.set_cookie(REMEMBERED, person.idnat, max_age=30 * 86400, **arguments)
    return response


def _sso(request) -> dict | None:
    try:
        return signing.loads(request.COOKIES.get(SSO, ""), salt="psc.sso", max_age=SSO_LIFETIME)
    except signing.BadSignature:
        return None


def _granted(asked, idnat, fault, sid) -> dict:
    kept = {name: asked[name] for name in ("client_id", "redirect_uri", "nonce", "code_challenge")}
    code = provider.make_code({**kept, "idnat": idnat, "panne": fault, "sid": sid})
    return {"code": code, "session_state": sid}


def _back(asked, **answer):
    return redirect(f"{asked['redirect_uri']}?{urlencode(answer | {'state': asked['state']})}")


@csrf_exempt  # asked by the service, not by a browser
@login_not_required
@require_POST
def token(request):
    if not provider.is_right_client(*_client(request)):
        return JsonResponse({"error": "invalid_client"}, status=401)
    if request.POST.get("grant_type") != "authorization_code":
        return JsonResponse({"error": "unsupported_grant_type"}, status=400)
    asked = provider.spend_code(request.POST.get("code", ""))
    right = (
        asked
        and asked["redirect_uri"] == request.POST.get("redirect_uri")
        and provider.is_right_verifier(request.POST.get("code_verifier", ""), asked["code_challenge"])
        and asked["panne"] != "invalid_grant"
    )
    return _tokens(request, asked) if right else JsonResponse({"error": "invalid_grant"}, status=400)


def _tokens(request, asked):
    if asked["panne"] == "lent":
        faults.wait_too_long()
    if asked["panne"] == "panne":
        return HttpResponse("en panne", status=502)
    access_token = provider.make_access_token(asked)
    person = porteurs()[asked["idnat"]]
    answer = {
        "access_token": access_token,
        "expires_in": provider.TOKEN_LIFETIME,
        "token_type": "Bearer",
        "scope": "openid scope_all",
        "session_state": asked["sid"],
    }
    if asked["panne"] != "sans_id_token":
        answer["id_token"] = provider.id_token(
            asked, person, issuer=issuer(request), access_token=access_token
        )
    return JsonResponse(answer)


def _client(request) -> tuple[str, str]:
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    if kind != "Basic":
        return request.POST.get("client_id", ""), request.POST.get("client_secret", "")
    try:
        client_id, _, secret = base64.b64decode(secret).decode().partition(":")
    except ValueError:
        return "", ""
    return client_id, secret


@login_not_required
@require_safe
def userinfo(request):
    asked = provider.read_access_token(request.headers.get("Authorization", "").removeprefix("Bearer "))
    if asked is None:
        return JsonResponse({"error": "invalid_token"}, status=401)
    if asked["panne"] == "userinfo_html":
        return HttpResponse("<h1>Maintenance</h1>")
    said = provider.userinfo(asked, porteurs()[asked["idnat"]], issuer=issuer(request))
    if isinstance(said, str):
        return HttpResponse(said, content_type="application/jwt")
    return JsonResponse(said)


@login_not_required
@require_safe
def certs(request):
    return JsonResponse(provider.jwks())


@login_not_required
@require_safe
def logout(request):
    """RP-initiated; it answers without a state, as PSC may do."""
    back, remembered = request.GET.get("post_logout_redirect_uri", ""), _sso(request)
    sid = provider.sid_of(request.GET.get("id_token_hint", ""))
    if not sid or back != _our("authcps:psc_logout_return"):
        return HttpResponseBadRequest(
            "id_token_hint ou adresse de retour inconnus", content_type="text/plain; charset=utf-8"
        )
    response = redirect(back)
    if remembered and remembered["sid"] == sid:
        response.delete_cookie(SSO, path="/demo/psc/")
    return response
