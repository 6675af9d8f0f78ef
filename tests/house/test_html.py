"""Every page is good HTML (ux 8): a strict parser reads what the walks got; `make proofs` asks Nu too.

Of those who get one status for a page, `make test` reads a third, drawn by SEED; `make proofs` all.
"""

import os
import re
from zlib import crc32

import pytest

from tests.house.html import faults
from tests.house.plan import ROLES
from tests.house.test_matrix import TABLE
from tests.house.walk import is_asked
from tools import nu

pytestmark = pytest.mark.django_db  # whoever asks first makes the tables of all
PAGE = "<!doctype html><html lang=fr><head><title>x</title></head><body>{}</body></html>"


SEED = int(os.environ.get("SEED") or 10)
STATUSES = {(name, method): statuses for name, method, *statuses in TABLE}


def pages_of(walk):
    return {answer.html: answer for answer in walk.answers if answer.html.startswith("<!doctype")}


def readers(route, method, role):
    """Of those who ask for it and get the status of `role`, a third: one at least."""
    statuses = STATUSES[route.name, method]
    mine = statuses[ROLES.index(role)]
    alike = [
        other
        for other, status in zip(ROLES, statuses, strict=True)
        if status == mine and is_asked(other, route, statuses)
    ]
    return alike[(crc32(route.name.encode()) + SEED) % min(3, len(alike)) :: 3]


@pytest.mark.parametrize("whole", [False, pytest.param(True, marks=pytest.mark.proofs)], ids=["some", "all"])
def test_every_page_is_good_html(walk, whole):
    pages = pages_of(walk)
    assert pages
    read = {
        html: answer.what
        for html, answer in pages.items()
        if whole or walk.role in readers(answer.route, answer.method, walk.role)
    }
    assert {what: found for html, what in read.items() if (found := faults(html))} == {}


def test_each_page_is_read_for_somebody(walk):
    for answer in walk.answers:
        assert readers(answer.route, answer.method, walk.role), answer.what


@pytest.mark.proofs
def test_nu_finds_no_error(walk, tmp_path):
    """Skipped, and counted so, where there is no Java."""
    command = nu.find_or_install()
    if command is None:
        pytest.skip("no Java, or its jar cannot be had")
    for number, (html, answer) in enumerate(pages_of(walk).items()):
        name = re.sub(r"\W+", "-", " ".join(answer.what))
        (tmp_path / f"{number:03}-{name[:100]}.html").write_text(html)
    assert nu.faults(command, tmp_path) == []


@pytest.mark.parametrize(
    ("html", "fault"),
    [
        ("<span><form></form></span>", "form in span"),
        ("<span><a href=x><p>y</p></a></span>", "p in span"),
        ("<i id=a></i><b id=a></b>", "id a 2 times"),
        ("<time datetime='2026-11-21T10:42:00.123456+01:00'>x</time>", "time 2026"),
        ("<ul><div></div></ul>", "div in ul"),
        ("<a href=x><button>y</button></a>", "button in a link"),
        ("<label for=nom>Nom</label>", "names nothing"),
        ("<p id=a id=b>", "duplicate-attribute"),
        ("<div><b></div>", "end-tag-too-early"),
        ("<table><form></form></table>", "form-in-table"),
        ("<img src=x>", "img without alt"),
        ("<form action=''></form>", "empty action"),
        ("<div hx-get=x></div>", "data-hx-get"),
        ("<section><p>x</p></section>", "section without"),
        ("<table><thead><tr><th>a<tbody><tr><td colspan=2>b</table>", "a row of 2 columns, under 1"),
    ],
)
def test_a_fault_is_seen(html, fault):
    assert any(fault in one for one in faults(PAGE.format(html)))


@pytest.mark.parametrize(
    "html",
    [
        "<p><a href=x><span>y</span></a> <time datetime='2026-11-21T10:42:00+01:00'>x</time></p>",
        "<details><summary><h2>x</h2></summary><ul><li>y</li></ul></details>",
        "<form><label for=nom>Nom</label><input id=nom></form>",
    ],
)
def test_near_misses_are_good(html):
    assert faults(PAGE.format(html)) == []
