"""The browser tests ask a page what they wait for: the click before may still be bringing the page."""

import ast
from pathlib import Path

FILES = sorted(Path("tests/browser").glob("*.py"))
AT_ONCE = {  # Playwright answers these from the page of that instant
    "all_inner_texts", "content", "count", "get_attribute", "inner_text", "input_value", "is_checked",
    "is_disabled", "is_enabled", "is_hidden", "is_visible", "text_content", "title",
}  # fmt: skip


def asserted_at_once(source):
    """The lines that assert what such a question answers; a count of rows in the database is none."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Assert):
            calls = [call for call in ast.walk(node.test) if isinstance(call, ast.Call)]
            asked = {call.func.attr for call in calls if isinstance(call.func, ast.Attribute)}
            if asked & AT_ONCE and ".objects." not in ast.unparse(node.test):
                yield node.lineno


def test_what_a_page_shows_is_waited_for():
    faults = [f"{file}:{line}" for file in FILES for line in asserted_at_once(file.read_text())]
    assert not faults, f"playwright's expect() waits: {faults}"


def test_a_question_answered_at_once_is_seen():
    assert [*asserted_at_once("assert page.locator('tr').count() == 2")] == [1]
    assert [*asserted_at_once("assert Row.objects.filter(a=1).count() == 2")] == []
