"""A NUL, a lone surrogate, 10 MB or an absurd value, anywhere: refused in words, never a failure of ours."""

import re
from urllib.parse import quote, urlencode

import pytest
from django.conf import settings

from tests.house.plan import World, our_routes

UNREADABLE = {"nul": "a\0b", "surrogate": "a\ud800b"}
ABSURD = ["9" * 30, "-1", "²", "١", "9999-12-31", "0001-01-01", "' OR 1=1 --\u202e"]
TEN_MB = "x" * 10_000_000
FORM = "application/x-www-form-urlencoded"
WALKERS = ["anonymous", "owner"]
CLOSED = {403, 404, 405}  # to this person, as a whole
REFUSED = {400, 404, 405, 413, 422, 302, 403, 409}


@pytest.fixture
def world(db):
    return World()


def encoded(fields: dict) -> str:
    """As a hostile client writes it: surrogates too, in the bytes that UTF-8 forbids."""
    return urlencode({name: str(value).encode("utf-8", "surrogatepass") for name, value in fields.items()})


def percent(text: str) -> str:
    return quote(text.encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize("bad", UNREADABLE.values(), ids=UNREADABLE)
@pytest.mark.parametrize("role", WALKERS)
def test_in_the_path(world, role, bad):
    browser = world.browser(role)
    for route in our_routes():
        *before, last, end = world.url(route).split("/")
        for parts in ([*before, last, percent(bad), end], [*before, percent(bad), end]):
            assert browser.ask("GET", "/".join(parts)).status_code in REFUSED, parts


@pytest.mark.parametrize("bad", UNREADABLE.values(), ids=UNREADABLE)
@pytest.mark.parametrize("role", WALKERS)
def test_in_the_query_string(world, role, bad):
    browser = world.browser(role)
    for route in our_routes():
        for name in (*world.query(route), "anything"):
            url = f"{world.url(route)}?{encoded({**world.query(route), name: bad})}"
            answer = browser.ask("GET", url)
            assert answer.status_code < 500, url
            assert "\0" not in bad or answer.status_code == 400, url
        assert browser.ask("GET", f"{world.url(route)}?{percent(bad)}=1").status_code < 500


@pytest.mark.parametrize("bad", UNREADABLE.values(), ids=UNREADABLE)
@pytest.mark.parametrize("role", WALKERS)
def test_in_each_field(world, role, bad):
    browser = world.browser(role)
    for route in our_routes():
        body = {"au_nom_de": getattr(browser.principal, "pk", ""), **world.body(route)}
        for name in (*body, "csrfmiddlewaretoken", "anything"):
            answer = browser.ask("POST", world.url(route), encoded({**body, name: bad}), content_type=FORM)
            assert answer.status_code < 500, (route.name, name)
            assert "\0" not in bad or answer.status_code == 400, (route.name, name)


@pytest.mark.parametrize("name", ["session", "csrf", "appareil", "anything"])
@pytest.mark.parametrize("bad", UNREADABLE.values(), ids=UNREADABLE)
def test_in_a_cookie(world, name, bad):
    sent = bad.encode("utf-8", "surrogatepass").decode("latin-1")  # as WSGI hands it over
    for role in ("anonymous", "owner"):
        browser = world.browser(role)
        others = "; ".join(
            f"{one.key}={one.value}" for one in browser.client.cookies.values() if one.key != name
        )
        for url in ("/", "/medecin/", "/connexion/medecin/", "/sante/vif"):
            answer = browser.ask("GET", url, HTTP_COOKIE=f"{others}; {name}={sent}")
            assert answer.status_code in {200, *REFUSED}, url
            assert "\0" not in bad or answer.status_code == 400, url


@pytest.mark.parametrize(
    ("role", "pages"),
    [
        ("owner", re.compile("(?!habilitations:)")),
        ("signing", re.compile("authcps:")),
        ("confrere", re.compile("delegations:")),
        ("referent", re.compile("habilitations:")),
    ],
    ids=lambda one: getattr(one, "pattern", one),
)
def test_absurd_values_in_each_field(world, role, pages):
    """Whoever the form is for: a form that is refused as a whole reads no field."""
    browser, read = world.browser(role), set()
    for route in filter(lambda route: pages.match(route.name), our_routes()):
        body, url = world.body(route), world.url(route)
        is_read = browser.ask("POST", url, body).status_code not in CLOSED
        for name in body if is_read else ():
            read.add(route.name)
            for absurd in ABSURD:
                answer = browser.ask("POST", url, {**body, name: absurd})
                assert answer.status_code < 500, (route.name, name, absurd)
    assert len(read) > 1, "no form was open to this person"


@pytest.mark.parametrize("role", ["anonymous", "owner", "referent"])
def test_absurd_values_in_the_address(world, role):
    browser = world.browser(role)
    for route in our_routes():
        is_read = browser.ask("GET", world.url(route), world.query(route)).status_code not in CLOSED
        for name in world.query(route) if is_read else ():
            for absurd in ABSURD:
                answer = browser.ask("GET", world.url(route), {**world.query(route), name: absurd})
                assert answer.status_code < 500, (route.name, name, absurd)
    followed = (world.url(route) for route in our_routes() if world.url(route) != f"/{route.path}")
    for folder in {tuple(url.split("/")[:3]) for url in followed}:
        for absurd in ABSURD:
            url = "/".join([*folder, percent(absurd), ""])
            assert browser.ask("GET", url).status_code < 500, url


@pytest.mark.parametrize("role", ["anonymous", "owner"])
def test_ten_megabytes(world, role):
    """Once for each kind of place; what is too long for a request is refused before it is read."""
    browser = world.browser(role)
    assert browser.ask("GET", f"/{TEN_MB}/").status_code == 400
    assert browser.ask("GET", f"/medecin/delegations/confrere/?nom={TEN_MB}").status_code == 400
    for name in (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, "anything"):
        assert browser.ask("GET", "/", HTTP_COOKIE=f"{name}={TEN_MB}").status_code == 400


@pytest.mark.parametrize("url", ["/connexion/medecin/", "/mon-compte/", "/deconnexion/"])
def test_ten_megabytes_in_a_form(world, url):
    browser = world.browser("owner")
    assert browser.ask("POST", url, "identifiant=" + TEN_MB, content_type=FORM).status_code in (400, 413)
    assert browser.ask("POST", url, {"identifiant": TEN_MB}).status_code in (400, 413)


BROKEN = {
    "no boundary": ("multipart/form-data", b"a"),
    "a broken boundary": ("multipart/form-data; boundary=\xe9", b"a"),
    "a truncated part": ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data; name="),
    "too many fields": (FORM, b"&".join(b"a=1" for _ in range(1001))),
    "json": ("application/json", b'{"identifiant": "\\u0000"}'),
    "no type": ("", b"identifiant=1"),
}


@pytest.mark.parametrize("kind", BROKEN)
@pytest.mark.parametrize("role", ["anonymous", "owner"])
def test_broken_bodies(world, role, kind):
    content_type, body = BROKEN[kind]
    browser = world.browser(role)
    for url in ("/connexion/medecin/", "/mon-compte/", "/dossiers/recherche/"):
        answer = browser.ask("POST", url, body, content_type=content_type)
        assert answer.status_code in {200, *REFUSED}, url  # 200: nothing was understood, the page as it was


@pytest.mark.parametrize("charset", ["nope", "utf-16", "latin-1", "punycode"])
def test_other_charsets(world, charset):
    browser = world.browser("anonymous")
    for body in ("identifiant=%E9&mot_de_passe=%00", "%FF=%FE%00", ""):
        environ = {"CONTENT_TYPE": f"{FORM}; charset={charset}", "CONTENT_LENGTH": str(len(body))}
        answer = browser.client.generic("POST", "/connexion/medecin/", body, content_type=FORM, **environ)
        assert answer.status_code in REFUSED, body
