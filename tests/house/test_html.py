"""Every page is good HTML (ux 8): a strict parser reads all that the walks got; `make proofs` asks Nu too."""

import re

import pytest

from tests.house.html import faults
from tools import nu

pytestmark = pytest.mark.django_db  # whoever asks first makes the tables of all
PAGE = "<!doctype html><html lang=fr><head><title>x</title></head><body>{}</body></html>"


def test_every_page_is_good_html(walk):
    pages = {answer.html: answer for answer in walk.answers if answer.html.startswith("<!doctype")}
    assert pages
    assert {answer.what: found for html, answer in pages.items() if (found := faults(html))} == {}


@pytest.mark.proofs
def test_nu_finds_no_error(walk, tmp_path):
    """Skipped, and counted so, where there is no Java."""
    command = nu.find_or_install()
    if command is None:
        pytest.skip("no Java, or its jar cannot be had")
    pages = {answer.html: answer for answer in walk.answers if answer.html.startswith("<!doctype")}
    for number, (html, answer) in enumerate(pages.items()):
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
