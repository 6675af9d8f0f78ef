"""DOC-1: each page that needs it says «Comment faire ?»; documentation is reached from everywhere."""

import re
from html import unescape

from django.urls import reverse

from tests.house.plan import our_routes
from tests.house.source import ROOT
from viatraj.site import aide
from viatraj.site.aide import HELP
from viatraj.site.fiches import FICHES

CELLS = re.compile(r"\| ([^|]+) \| ([^|]*?) ?\| ([^|]*?) ?\| ([^|]+) \|")
ROWS = [
    match.groups() for match in CELLS.finditer((ROOT / "docs/aide.md").read_text()) if "---" not in match[0]
][1:]
BUILT = [
    (name.strip("` "), role.strip(), re.findall(r"`([^`]+)`", fiches))
    for _, name, role, fiches in ROWS
    if name.strip()
]
LINE = re.compile(r'<aside class="comment-faire".*?</aside>', re.DOTALL)
ANCHORED = re.compile(r"'documentation_fiche' '([\w-]+)' %}#([\w-]+)")
ROUTES = {route.name: route for route in our_routes()}
TEXTS = {slug: (ROOT / "templates" / fiche.template).read_text() for slug, fiche in FICHES.items()}
# Without argument, and yet no page to go to from a plan: a step on the way, an answer.
NOT_ON_THE_PLAN = {
    "plan_du_site": "itself",
    "accounts:sent": "an answer",
    "accounts:saved": "an answer",
    "authcps:code": "a step of signing in",
    "authcps:first": "a step of signing in",
    "authcps:pair": "a step of signing in",
    "authcps:card": "a step of signing in",
    "authcps:totp": "a step of signing in",
    "authcps:recovery": "a step of signing in",
    "charte": "a step of signing in; its text is public",
    "authcps:psc_logout_return": "an answer",
    "authcps:reception": "stands in «Mon compte»",
    "authcps:remove_totp": "only where there is one",
    "demo:reader": "demonstration",
    "demo:mailbox": "demonstration",
    "demo:psc_authorize": "demonstration",
    "demo:psc_logout": "demonstration",
}


def test_the_table_is_read():
    assert len(ROWS) == len(BUILT) > 20
    assert {name for name, _, _ in BUILT} <= HELP.keys() <= ROUTES.keys()


def test_each_page_leads_to_its_fiches(world):
    """DOC-1."""
    browsers, missed = {role: world.browser(role) for _, role, _ in BUILT}, {}
    for name, role, fiches in BUILT:
        route = ROUTES[name]
        answer = browsers[role].ask("GET", world.url(route), world.query(route))
        lines = LINE.findall(answer.text)
        wanted = [f'href="{FICHES[slug].url}' for slug in fiches]
        if answer.status_code != 200 or len(lines) != 1 or any(one not in lines[0] for one in wanted):
            missed[name] = answer.status_code, lines
    assert missed == {}


def test_every_anchor_exists():
    wanted = [one.split("#") for fiches in HELP.values() for one in fiches if "#" in one]
    pages = [path.read_text() for path in (ROOT / "templates").rglob("*.html")]
    wanted += [found for text in pages for found in ANCHORED.findall(text)]
    included = {
        path.name: path.read_text() for path in (ROOT / "templates/site/documentation").glob("*.html")
    }
    parts = ("gerer.html", "dossier.html")
    texts = {
        slug: text + "".join(included[part] for part in parts if f"documentation/{part}" in text)
        for slug, text in TEXTS.items()
    }
    assert wanted
    assert [(slug, anchor) for slug, anchor in wanted if f'id="{anchor}"' not in texts[slug]] == []


def test_documentation_is_in_every_menu_and_footer(walk):
    """DOC-1: of all who are signed in, and below every page."""
    link = f'href="{reverse("documentation")}"'
    for answer in walk.answers:
        if answer.method == "GET" and '<footer class="pied">' in answer.html:
            menu, _, rest = answer.html.partition("<main")
            assert link in rest.partition("<footer")[2], answer.what
            assert link in menu or "Navigation principale" not in menu, answer.what


def test_the_plan_leads_to_every_page(walk, world):
    """CON-1: what opens without an argument, for whoever it opens."""
    plan = unescape(world.browser("anonymous").ask("GET", reverse("plan_du_site")).text)
    pages = [
        answer
        for answer in walk.rows.values()
        if answer.method == "GET"
        and answer.html.startswith("<!doctype")
        and answer.status == 200
        and "<" not in answer.route.path
        and answer.route.name not in NOT_ON_THE_PLAN
    ]
    assert [answer.what for answer in pages if f'href="{answer.url}"' not in plan] == []
    assert pages


def test_exceptions_exist():
    assert NOT_ON_THE_PLAN.keys() <= ROUTES.keys()


def test_a_hospital_is_not_led_to_the_fiches_of_a_medecin_s_space():
    """DOC-1: the lists and searches of dossiers are of both."""
    for page in ("dossiers:index", "dossiers:search"):
        assert "accueil-medecin" in aide.line_of(page, in_space=True)
        assert "accueil-medecin" not in aide.line_of(page, in_space=False)
    for page in ("changements:index", "changements:undo"):
        assert "accepter-un-dossier" not in aide.line_of(page, in_space=False)
        assert "prolonger-une-habilitation" not in aide.line_of(page, in_space=True)
