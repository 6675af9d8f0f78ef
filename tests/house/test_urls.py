"""The map of the site: what is public is listed, names are unique, a GET writes nothing."""

from collections import Counter
from html.parser import HTMLParser

import pytest
from django.db import connection
from django.urls import Resolver404, resolve

from tests.house.plan import our_routes, routes
from tests.house.walk import Written

PUBLIC = {
    "accueil": "the two doors (CON-1)",
    "authcps:medecin": "a door (CON-2)",
    "authcps:professionnel": "a door (CON-6)",
    "authcps:code": "the second factor; it asks for an attempt of this browser's session",
    "authcps:resend": "the second factor",
    "authcps:totp": "the second factor, by an application",
    "authcps:recovery": "the second factor, by a recovery code",
    "authcps:confirm_reception": "where a link leads, often on a telephone; its token stands guard",
    "authcps:cancel_reception": "where the former address's letter leads; its token stands guard",
    "accounts:forgotten": "a new password is asked for by whoever cannot come in (MDP-1)",
    "accounts:sent": "the same answer for everybody (MDP-2)",
    "accounts:new_password": "where the mail leads; its token stands guard (MDP-1)",
    "accounts:saved": "says that it is done, and leads to the doors",
    "authcps:pair": "a card without account; it asks for an attempt of this browser's session (CPX-2)",
    "authcps:first": "a first sign-in; it asks for an attempt of this browser's session (CON-8)",
    "first_assistant": "a first sign-in; it asks for an attempt of this browser's session (CON-9)",
    "authcps:psc": "leads to Pro Santé Connect",
    "authcps:psc_return": "back from it; the state must be of this browser's session",
    "authcps:psc_exercice": "between PSC and the session, for who has several exercices",
    "authcps:psc_logout_return": "after the sign-out at PSC; changes nothing",
    "authcps:sign_out": "a session that has run out signs out as well",
    "authcps:card": "a way in; it asks for an attempt of this browser's session (CPX-1)",
    "authcps:card_answer": "from the programme du poste; the card's signature stands guard",
    "authcps:card_tls": "on the card host only, behind its proxy; the card's certificate stands guard",
    "authcps:card_return": "a way in; it asks for this browser's attempt and the answer's ticket",
    "authcps:card_failed": "what to do when a card is not read (CON-10)",
    "documentation": "help, before one is in",
    "documentation_fiche": "help, before one is in",
    "demo:reader": "the demonstration's cards; it exists with DEMO=1 only",
    "accessibilite": "legal",
    "mentions_legales": "legal",
    "donnees_personnelles": "legal",
    "charte_publique": "legal",
    "plan_du_site": "legal",
    "assistance": "help, before one is in",
    "plateformes_tnd": "which establishments are platforms, as any directory says",
    "en_savoir_plus": "what the service is for",
    "annuaire:publique": "the directory for everybody",
    "annuaire:public": "what an établissement offers, for everybody",
    "annuaire:export_csv": "open data",
    "annuaire:export_json": "open data",
    "annuaire:former": "leads from the address of the former service to the public page",
    "robots": "what robots may read",
    "alive": "liveness, for machines",
    "ready": "readiness, for machines",
    **{
        f"demo:psc_{name}": "PSC's simulator; it exists with DEMO=1 only"
        for name in ("discovery", "authorize", "token", "userinfo", "certs", "logout")
    },
    "demo:mailbox": "the demonstration's mailbox; it exists with DEMO=1 only",
}


def test_the_public_list_is_exact():
    assert {route.name for route in our_routes() if not route.login_required} == PUBLIC.keys()


def test_nothing_of_the_admin_is_public():
    assert [route.path for route in routes() if route.is_admin and not route.login_required] == []


def test_every_url_has_a_name_of_its_own():
    assert [name for name, times in Counter(route.name for route in our_routes()).items() if times > 1] == []
    assert all(route.name for route in our_routes())


@pytest.mark.parametrize("walk", ["anonymous"], indirect=True)
def test_strangers_are_led_to_a_door(walk):
    closed = [answer for answer in walk.answers if answer.route.login_required]
    assert {answer.method for answer in closed} == {"GET", "POST"}
    assert [answer.what for answer in closed if not answer.is_led_to_a_door] == []


def test_what_does_not_exist_is_not_found_without_a_door(world):
    assert world.browser("anonymous").ask("GET", "/nulle-part/").status_code == 404


def test_a_get_writes_nothing(walk):
    assert [
        (answer.what, answer.written) for answer in walk.answers if answer.method == "GET" and answer.written
    ] == []


def test_a_post_does_write(world):
    """What the test above would say, were a GET to do it."""
    written = Written()
    with connection.execute_wrapper(written):
        world.browser("owner").ask("POST", f"/medecin/delegations/{world.lent.pk}/supprimer/", {})
    assert written.statements


def test_the_plan_fills_every_address(world):
    assert [route.name for route in our_routes() if not resolvable(world.url(route), route)] == []


def resolvable(url, route) -> bool:
    try:
        return resolve(url).view_name == route.name
    except Resolver404:
        return False


def test_the_plan_knows_every_field(walk):
    """`World.body` names what the forms of each page really send to it."""
    tokens = {"csrfmiddlewaretoken", "au_nom_de"}
    for answer in walk.answers:
        if answer.method == "GET":
            fields = Fields(answer.url)
            fields.feed(answer.html)
            assert fields.posted - tokens <= answer.sends, answer.what
            assert fields.got <= answer.asks, answer.what


class Fields(HTMLParser):
    """Names of the fields that a page's forms send to the page itself."""

    def __init__(self, url):
        super().__init__()
        self.url, self.posted, self.got, self.here = url, set(), set(), None

    def handle_starttag(self, tag, attributes):
        known = dict(attributes)
        if tag == "form":
            ours = known.get("action", self.url).split("?")[0] == self.url
            self.here = (self.posted if known.get("method") == "post" else self.got) if ours else None
        elif tag in ("input", "select", "textarea", "button") and self.here is not None and "name" in known:
            self.here.add(known["name"])

    def handle_endtag(self, tag):
        if tag == "form":
            self.here = None
