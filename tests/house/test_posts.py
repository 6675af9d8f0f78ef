"""A POST is answered by an address or a refusal: Back, a reload and a second tab work (docs/adr/0039).

Every test of the suite watches it (`tests/posts.py`); here, that the watch sees, and that its list is true.
"""

import ast

import pytest
from django.test import RequestFactory
from django.urls import resolve, reverse

from tests.house.plan import our_routes
from tests.house.source import dotted, modules
from tests.posts import SHOWN
from viatraj.core.pages import page


def test_no_page_answers_a_post_by_itself(walk):
    posted = [answer for answer in walk.answers if answer.method == "POST" and answer.status == 200]
    assert [answer.what for answer in posted if answer.route.name not in SHOWN] == []


def test_the_list_names_pages_that_exist():
    assert SHOWN.keys() - {route.name for route in our_routes()} == set()


def test_the_watch_sees(db):
    """As a search that shows what it found would be seen, in whatever test asks for it."""
    request = RequestFactory().post("/")
    request.resolver_match = resolve(reverse("dossiers:search"))
    with pytest.raises(pytest.fail.Exception, match="dossiers:search"):
        page(request, "errors/404.html")


DRAWN_OTHERWISE = {
    "viatraj/site/views/errors.py": "refusals",
    "viatraj/site/views/legal.py": "asked for by GET alone",
}


def test_views_draw_by_page_alone():
    """Else the watch would miss them."""
    drawn = {
        module.path
        for module in modules()
        if "views" in module.path
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and dotted(node.func).split(".")[-1] in ("render", "TemplateResponse")
    }
    assert drawn == DRAWN_OTHERWISE.keys()


def test_what_is_kept_has_one_home():
    """`viatraj/core/searches.py`: nobody else writes what was searched into a session."""
    named = [
        module.path
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Constant) and node.value == "recherches"
    ]
    assert named == ["viatraj/core/searches.py"]
