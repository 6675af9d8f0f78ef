"""Each template is used, nothing is inline (the CSP would refuse it), forms that post carry their tokens."""

import ast
import re
from collections import Counter

import pytest
from django.template import TemplateSyntaxError
from django.template.loader import get_template

from tests.house.source import ROOT, modules

TEMPLATES = sorted(path for path in (ROOT / "templates").rglob("*") if path.is_file())
PAGES = [path for path in TEMPLATES if path.suffix == ".html"]
NAMED = re.compile(r"""{%\s*(?:include|extends|unchanging)\s+["']([^"']+)["']""")
TAGS = re.compile(r"{%.*?%}|{{.*?}}", re.DOTALL)
POSTED = re.compile(r"""<form\b[^>]*\bmethod=["']?post\b[^>]*>\s*(\S+ \S+)?""", re.IGNORECASE)
INLINE = {
    "a style": re.compile(r"<style|\sstyle\s*=", re.IGNORECASE),
    "a handler": re.compile(r"""<[^>]*\son[a-z]+\s*=""", re.IGNORECASE),
    "a script": re.compile(r"<script(?![^>]*\ssrc=)|javascript:", re.IGNORECASE),
    "somebody else's address": re.compile(r"""(?:src|srcset|action|poster)\s*=\s*["']?(?:https?:)?//"""),
}
# Mails have no style sheet and no CSP.
NO_PAGE = {"courrier/letter.html"}


def name(path) -> str:
    return str(path.relative_to(ROOT / "templates"))


TEXTS = {name(path): path.read_text() for path in PAGES}


def test_every_template_is_used():
    said = Said()
    included = {found for path in TEMPLATES for found in NAMED.findall(path.read_text())}
    assert [one for path in TEMPLATES if (one := name(path)) not in included and one not in said] == []


FRENCH_VERB = re.compile(r"[a-z]+(er|ir|ez)")
NO_VERB = {"answer", "courrier", "cover", "footer", "letter", "order", "other", "pair", "reminder", "unpair"}
BY_ADDRESS = "site/"  # documentation and legal pages bear the names of their public addresses


def test_templates_are_named_in_one_language():
    """As the code is: verbs and all the rest in English, nouns of the domain in French."""
    named = [one for one in TEXTS if not one.startswith(BY_ADDRESS)]
    assert [one for one in named if _french_verbs(one)] == []


def _french_verbs(path) -> set[str]:
    words = re.findall("[a-z]+", path.removesuffix(".html"))
    return {word for word in words if FRENCH_VERB.fullmatch(word)} - NO_VERB


@pytest.mark.parametrize(
    ("path", "verbs"),
    [
        ("habilitations/attribuer.html", {"attribuer"}),
        ("habilitations/ouvrir_fermer.html", {"ouvrir", "fermer"}),
        ("demo/psc/connectez_vous.html", {"connectez"}),
        ("habilitations/grant_profil.html", set()),
        ("authcps/other_card.html", set()),
    ],
)
def test_a_french_verb_is_recognised(path, verbs):
    assert _french_verbs(path) == verbs


class Said:
    """Every text the code can say: its constants, and its f-strings with texts it can say in their holes."""

    def __init__(self):
        nodes = [node for module in modules() for node in ast.walk(module.tree)]
        self.constants = {node.value for node in nodes if isinstance(node, ast.Constant)}
        written = [node for node in nodes if isinstance(node, ast.JoinedStr)]
        self.patterns = [_pattern(node) for node in written if _may_be_a_path(node)]

    def __contains__(self, text) -> bool:
        if text in self.constants:
            return True
        matches = [match for pattern in self.patterns if (match := pattern.fullmatch(text))]
        return any(all(part != text and part in self for part in match.groups()) for match in matches)


def _may_be_a_path(node: ast.JoinedStr) -> bool:
    said = "".join(part.value for part in node.values if isinstance(part, ast.Constant))
    return ("/" in said or "." in said) and not re.search(r"\s", said)


def _pattern(node: ast.JoinedStr) -> re.Pattern:
    parts = [re.escape(p.value) if isinstance(p, ast.Constant) else "(.+)" for p in node.values]
    return re.compile("".join(parts))


def test_nothing_is_inline():
    assert TEXTS.keys() >= NO_PAGE
    texts = {one: TAGS.sub("", text) for one, text in TEXTS.items() if one not in NO_PAGE}
    assert [
        (one, what) for one, text in texts.items() for what, found in INLINE.items() if found.search(text)
    ] == []


def test_forms_that_post_carry_their_tokens():
    """CSRF, and for whom the page was drawn (two tabs, «au nom de»)."""
    begun = {one: {found.split(" %}")[0] for found in POSTED.findall(text)} for one, text in TEXTS.items()}
    assert any(begun.values())
    assert {one: words for one, words in begun.items() if words - {"{% tokens"}} == {}


def test_templates_compile():
    broken = {}
    for one in TEXTS:
        try:
            get_template(one)
        except TemplateSyntaxError as error:
            broken[one] = str(error)
    assert broken == {}


@pytest.mark.parametrize(
    ("html", "what"),
    [
        ('<p style="color:red">', "a style"),
        ("<style>p {}</style>", "a style"),
        ('<button type="button" onclick="go()">', "a handler"),
        ("<script>go()</script>", "a script"),
        ('<a href="javascript:go()">', "a script"),
        ('<script src="//cdn.example/x.js"></script>', "somebody else's address"),
    ],
)
def test_inline_code_is_recognised(html, what):
    assert [name for name, found in INLINE.items() if found.search(html)] == [what]


@pytest.mark.parametrize(
    "html", ['<form method="post"><input>', '<form class="a" method=post>{% csrf_token %}']
)
def test_a_form_without_tokens_is_recognised(html):
    assert {found.split(" %}")[0] for found in POSTED.findall(html)} != {"{% tokens"}


def test_two_style_rules_never_share_a_class_by_accident():
    """A class of its own begins in one rule: a second one would change pages that its author never opened."""
    begun = Counter()
    for sheet in sorted((ROOT / "static" / "css").glob("*.css")):
        begun.update(re.findall(r"^  (\.[\w-]+) \{", sheet.read_text(encoding="utf-8"), re.MULTILINE))
    assert [name for name, times in begun.items() if times > 1] == []
