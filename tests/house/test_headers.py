"""What every answer carries, whoever asks, whatever goes wrong; cookies closed to scripts and other sites."""

import json
import os
import re
import subprocess
import sys

from django.conf import settings

from tests.house.source import ROOT
from tests.house.walk import STRANGERS

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"
)
# What people have sent is saved, never shown: nothing runs in it, whatever a browser makes of it.
FILES, SHUT = ("dossiers:piece",), "default-src 'none'; sandbox"
# The same for everybody who has not signed in: a proxy may keep it.
KEPT = ("annuaire:publique", "annuaire:public", "annuaire:export_csv", "annuaire:export_json")
EXPECTED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


def directives(policy: str) -> dict[str, list[str]]:
    return {
        name: sorted(values) for name, *values in (part.split() for part in policy.split(";") if part.strip())
    }


def assert_guarded(headers, what, policy=POLICY, kept=("no-store",)):
    assert directives(headers["Content-Security-Policy"]) == directives(policy), what
    assert {name: headers[name] for name in EXPECTED} == EXPECTED, what
    assert any(one in headers["Cache-Control"] for one in kept), what
    assert re.fullmatch(r"[0-9a-f]{12}", headers["X-Request-ID"]), what
    assert "Server" not in headers, what


def test_every_page_is_guarded(walk):
    for answer in walk.answers:
        handed_out = answer.route.name in FILES and answer.status == 200
        is_open = answer.route.name in KEPT and walk.role in STRANGERS and answer.status == 200
        kept = ("public, max-age=600",) if is_open else ("no-store",)
        assert_guarded(answer.headers, answer.what, SHUT if handed_out else POLICY, kept)


def test_refusals_and_failures_are_guarded(world, monkeypatch):
    browser = world.browser("owner")
    answers = {
        400: browser.ask("GET", "/?suite=%00"),
        403: world.browser("plain").ask("GET", "/medecin/"),
        404: browser.ask("GET", "/nulle-part/"),
        405: browser.ask("GET", "/deconnexion/"),
    }
    monkeypatch.setattr("viatraj.espaces.views.accueil.page", None)  # the view now fails
    answers[500] = world.browser("anonymous").ask("GET", "/")
    for status, answer in answers.items():
        assert answer.status_code == status
        assert_guarded(answer.headers, status)


def test_a_forged_form_is_refused_and_guarded(world):
    from django.test import Client

    answer = Client(enforce_csrf_checks=True).post("/connexion/medecin/", {"identifiant": "a"})
    assert answer.status_code == 403
    assert_guarded(answer.headers, "csrf")


def test_the_request_number_is_ours(world):
    """A number that the caller chose could forge lines of the log."""
    answer = world.browser("anonymous").ask("GET", "/", headers={"X-Request-ID": "chosen"})
    assert answer["X-Request-ID"] != "chosen"


def test_pages_name_no_other_site(walk):
    """What a page loads or sends is its own; links may lead elsewhere."""
    elsewhere = re.compile(r"""(?:src|action|srcset)=["'](?:https?:)?//[^"']*""")
    found = {answer.what: elsewhere.findall(answer.html) for answer in walk.answers}
    assert {what: sites for what, sites in found.items() if sites} == {}


def test_session_cookies_are_closed(world):
    answer = world.browser("owner").client.post(  # its key changes: the cookie is sent anew
        "/delegations/au-nom-de/", {"au_nom_de": world.owner.pk, "delegation": ""}
    )
    cookie = answer.cookies[settings.SESSION_COOKIE_NAME]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["path"] == "/"
    assert not cookie["domain"]


def test_the_csrf_cookie_is_closed(client):
    client.get("/connexion/medecin/")
    cookie = client.cookies[settings.CSRF_COOKIE_NAME]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


READ = """
import json
from viatraj import settings as s
names = [n for n in dir(s) if n.startswith(("SESSION_COOKIE_", "CSRF_COOKIE_", "SECURE_", "TRUST_COOKIE_"))]
print(json.dumps({n: getattr(s, n) for n in names}))
"""


def settings_for(site_url, **environment):
    known = {**os.environ, "SITE_URL": site_url, **environment}
    answer = subprocess.run(
        [sys.executable, "-c", READ], cwd=ROOT, env=known, capture_output=True, text=True, check=True
    )
    return json.loads(answer.stdout)


def test_https_makes_cookies_secure_and_bound_to_the_host():
    read = settings_for("https://viatraj.example")
    assert [read[f"{one}_COOKIE_NAME"] for one in ("SESSION", "CSRF", "TRUST")] == [
        "__Host-session",
        "__Host-csrf",
        "__Host-appareil",
    ]
    assert read["SESSION_COOKIE_SECURE"]
    assert read["CSRF_COOKIE_SECURE"]
    assert read["SECURE_SSL_REDIRECT"]
    assert read["SECURE_HSTS_SECONDS"] >= 31_536_000
    assert read["SECURE_HSTS_INCLUDE_SUBDOMAINS"]


def test_plain_http_on_a_workstation_works():
    read = settings_for("http://127.0.0.1:8000")
    assert not any(
        read[name] for name in ("SESSION_COOKIE_SECURE", "SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS")
    )
    assert not any(name.startswith("__") for name in (read["SESSION_COOKIE_NAME"], read["CSRF_COOKIE_NAME"]))


def test_forwarded_headers_are_believed_from_listed_proxies_only():
    assert settings_for("https://viatraj.example", TRUSTED_PROXIES="")["SECURE_PROXY_SSL_HEADER"] is None
    behind = settings_for("https://viatraj.example", TRUSTED_PROXIES="10.0.0.2")
    assert behind["SECURE_PROXY_SSL_HEADER"] == ["HTTP_X_FORWARDED_PROTO", "https"]


def test_without_the_variables_one_sentence():
    """Safe by default: no debug, no secret key of ours."""
    known = {name: value for name, value in os.environ.items() if name != "SECRET_KEY"}
    answer = subprocess.run(
        [sys.executable, "-c", "import viatraj.settings"], cwd=ROOT, env=known, capture_output=True, text=True
    )
    assert answer.returncode != 0
    assert "SECRET_KEY" in answer.stderr
    assert settings.DEBUG is False
