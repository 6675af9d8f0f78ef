"""A NUL, a lone surrogate, 10 MB or an absurd value, anywhere: refused in words, never a failure of ours.

`make test` tries a seeded sample of the absurd values in each place, `make proofs` all; SEED=… others.
"""

import os
import random
import re
from dataclasses import dataclass, field
from functools import partial
from itertools import product
from urllib.parse import quote, urlencode

import pytest
from django.conf import settings

from tests.house.plan import our_routes
from tests.house.walk import CLOSED

NUL = "a\0b"
BOTH = ("anonymous", "owner")
COOKIES = ("session", "csrf", "appareil", "anything")
# The last one as a hostile client writes it, in the bytes that UTF-8 forbids.
ABSURD = ["9" * 30, "-1", "²", "١", "9999-12-31", "0001-01-01", "' OR 1=1 --\u202e", "a\ud800b"]
SEED = int(os.environ.get("SEED") or 10)
SAMPLE, WHOLE = 2, len(ABSURD)
SOME_OR_ALL = pytest.mark.parametrize("count", [SAMPLE, pytest.param(WHOLE, marks=pytest.mark.proofs)])
TEN_MB = "x" * 10_000_000
FORM = "application/x-www-form-urlencoded"
REFUSED = {400, 404, 405, 413, 422, 302, 403, 409}


def encoded(fields: dict) -> str:
    return urlencode({name: str(value).encode("utf-8", "surrogatepass") for name, value in fields.items()})


def percent(text: str) -> str:
    return quote(text.encode("utf-8", "surrogatepass"))


# --- What the middleware refuses before any page is looked for: once for each kind of place ---

PLACES = {
    "the path": {"path": f"/connexion/{percent(NUL)}/"},
    "the end of the path": {"path": f"/connexion/medecin/{percent(NUL)}"},
    "a value of the query": {"path": f"/?suite={percent(NUL)}"},
    "a name of the query": {"path": f"/?{percent(NUL)}=1"},
    "a field": {"data": encoded({"identifiant": NUL}), "content_type": FORM},
    "a field that no page reads": {"data": encoded({"anything": NUL}), "content_type": FORM},
    "a field's name": {"data": encoded({NUL: "1"}), "content_type": FORM},
    "the CSRF token": {"data": encoded({"csrfmiddlewaretoken": NUL}), "content_type": FORM},
    "a part": {"data": {"identifiant": NUL}},
}


def test_a_nul_is_refused_before_a_page_is_looked_for(world):
    answers = {}
    for role, path, place in product(BOTH, ("/connexion/medecin/", "/mon-compte/", "/nulle-part/"), PLACES):
        known = PLACES[place]
        method, sent = "POST" if "data" in known else "GET", {"url": known.get("path", path), **_sent(known)}
        answers[role, path, place] = world.browser(role).ask(method, **sent).status_code
    assert answers == dict.fromkeys(answers, 400)


def _sent(known) -> dict:
    return {name: value for name, value in known.items() if name != "path"}


def test_in_a_cookie(world):
    pages = {"anonymous": "/connexion/medecin/", "owner": "/medecin/"}
    for (role, url), name, bad in product(pages.items(), COOKIES, (NUL, "a\ud800b")):
        sent = bad.encode("utf-8", "surrogatepass").decode("latin-1")  # as WSGI hands it over
        browser = world.browser(role)
        others = "; ".join(
            f"{one.key}={one.value}" for one in browser.client.cookies.values() if one.key != name
        )
        answer = browser.ask("GET", url, HTTP_COOKIE=f"{others}; {name}={sent}")
        assert answer.status_code in {200, *REFUSED}, (url, name, bad)
        assert "\0" not in bad or answer.status_code == 400, (url, name)


# --- What a page reads ---


def some(count: int, place: str) -> list[str]:
    """So many absurd values, others from place to place."""
    return random.Random(f"{SEED} {place}").sample(ABSURD, count)


def faults_of(ask, good: dict, values=ABSURD, *, answer=None) -> list:
    """Absurd values after which `ask` failed: in all fields at once, then alone where a field was not read.

    A refused form names the fields that it read and refused: they are good again in the next try, until none
    is refused. When that ends as with good values, the others were all read too, by form and action; else
    something stopped before the end, and each of them is tried alone. What stops alone is known from then on.
    `answer`: to good values, when it is known.
    """
    usual, stops = _end(answer or ask(good)), set()
    return [fault for absurd in values for fault in _faults(ask, good, absurd, usual, stops)]


def _faults(ask, good, absurd, usual, stops):
    names, refused = good.keys() - stops, {""}
    while names and refused:
        answer = ask(good | dict.fromkeys(names, absurd))
        if answer.status_code >= 500:
            yield sorted(names), absurd
        refused = names & refused_in(answer)
        names -= refused
    stopped = names if len(names) > 1 and _end(answer) != usual else set()
    for name in sorted(stopped | stops):
        answer = ask({**good, name: absurd})
        if answer.status_code >= 500:
            yield [name], absurd
        if _end(answer) != usual and name not in refused_in(answer):
            stops.add(name)


def _end(answer) -> tuple:
    return answer.status_code, answer.headers.get("Location", "").partition("?")[0]


def refused_in(answer) -> set[str]:
    """The fields that the page's form names."""
    form = answer.context and answer.context.get("form")
    return {form.add_prefix(name) for name in form.errors} if form and form.is_bound else set()


@dataclass
class Answered:
    status_code: int
    headers: dict = field(default_factory=dict)
    context: None = None


def test_a_failure_behind_a_field_that_stops_the_reading_is_found():
    """What the walks below would say, were a field to break."""

    def ask(fields):
        if fields["stops"] != "good":
            return Answered(404)
        return Answered(500 if fields["hidden"] == "-1" else 200)

    assert faults_of(ask, {"stops": "good", "hidden": "good"}) == [(["hidden"], "-1")]


def posted(browser, url):
    drawn_for = {"au_nom_de": getattr(browser.principal, "pk", "")}
    return lambda fields: browser.ask("POST", url, encoded(drawn_for | fields), content_type=FORM)


def test_absurd_values_in_what_every_form_carries(world):
    faults = []
    for url in ("/mon-compte/", "/connexion/medecin/"):
        ask = posted(world.browser("owner"), url)
        for name, absurd in product(("au_nom_de", "csrfmiddlewaretoken"), ABSURD):
            if ask({name: absurd}).status_code not in {200, *REFUSED}:
                faults.append((url, name, absurd))
    assert faults == []


@SOME_OR_ALL
@pytest.mark.parametrize(
    ("role", "pages"),
    [
        ("owner", re.compile("(?!habilitations:)")),
        ("signing", re.compile("authcps:")),
        ("confrere", re.compile("delegations:")),
        ("referent", re.compile("habilitations:")),
        ("referent", re.compile("annuaire:")),
    ],
    ids=lambda one: getattr(one, "pattern", one),
)
def test_absurd_values_in_the_fields(world, role, pages, count):
    """Whoever the form is for: a form that is refused as a whole reads no field."""
    browser, read, faults = world.browser(role), set(), {}
    for route in filter(lambda route: pages.match(route.name), our_routes()):
        ask = posted(browser, world.url(route))
        body = {**world.body(route), "anything": ""}
        if (answer := ask(body)).status_code not in CLOSED:
            read.add(route.name)
            faults[route.name] = faults_of(ask, body, some(count, route.name), answer=answer)
    assert len(read) > 1, "no form was open to this person"
    assert {name: found for name, found in faults.items() if found} == {}


@SOME_OR_ALL
@pytest.mark.parametrize("role", ["anonymous", "owner", "referent"])
def test_absurd_values_in_the_address(world, role, count):
    browser, faults = world.browser(role), {}
    for route in our_routes():
        url, query = world.url(route), world.query(route)
        ask, good = partial(_asked, browser, url), {**query, "anything": ""}
        if query and (answer := ask(good)).status_code not in CLOSED:
            faults[route.name] = faults_of(ask, good, some(count, route.name), answer=answer)
    assert {name: found for name, found in faults.items() if found} == {}


@SOME_OR_ALL
@pytest.mark.parametrize("role", ["anonymous", "owner", "referent"])
def test_absurd_values_in_the_path(world, role, count):
    """In place of each argument; for a stranger, where no door stands before."""
    browser, faults = world.browser(role), []
    for route in our_routes():
        said, filled = route.path.split("/"), world.url(route).split("/")[1:]
        for place, argument in enumerate(said):
            if "<" in argument and not (role == "anonymous" and route.login_required):
                # Nothing but ASCII digits is taken for a number.
                for absurd in ABSURD[:1] if argument.startswith("<int:") else some(count, route.name):
                    url = "/".join(["", *filled[:place], percent(absurd), *filled[place + 1 :]])
                    if browser.ask("GET", url).status_code >= 500:
                        faults.append(url)
    assert faults == []


def _asked(browser, url, fields):
    return browser.ask("GET", f"{url}?{encoded(fields)}")


# --- Too much of it ---


def test_ten_megabytes(world):
    """Once for each kind of place; what is too long for a request is refused before it is read."""
    for role in BOTH:
        browser = world.browser(role)
        assert browser.ask("GET", f"/{TEN_MB}/").status_code == 400, role
        assert browser.ask("GET", f"/medecin/delegations/confrere/?nom={TEN_MB}").status_code == 400, role
        for name in (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, "anything"):
            assert browser.ask("GET", "/", HTTP_COOKIE=f"{name}={TEN_MB}").status_code == 400, (role, name)


def test_ten_megabytes_in_a_form(world):
    browser = world.browser("owner")
    for url in ("/connexion/medecin/", "/mon-compte/", "/deconnexion/"):
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


def test_broken_bodies(world):
    for role, kind in product(BOTH, BROKEN):
        content_type, body = BROKEN[kind]
        browser = world.browser(role)
        for url in ("/connexion/medecin/", "/mon-compte/", "/dossiers/recherche/"):
            answer = browser.ask("POST", url, body, content_type=content_type)
            # 200: nothing was understood, the page as it was
            assert answer.status_code in {200, *REFUSED}, (role, kind, url)


def test_other_charsets(world):
    browser, charsets = world.browser("anonymous"), ("nope", "utf-16", "latin-1", "punycode")
    for charset, body in product(charsets, ("identifiant=%E9&mot_de_passe=%00", "%FF=%FE%00", "")):
        environ = {"CONTENT_TYPE": f"{FORM}; charset={charset}", "CONTENT_LENGTH": str(len(body))}
        answer = browser.client.generic("POST", "/connexion/medecin/", body, content_type=FORM, **environ)
        assert answer.status_code in REFUSED, (charset, body)
