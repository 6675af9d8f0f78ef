"""The list of `make mutations` stays true: each line is still there, each requirement known and quoted."""

import re
from collections import Counter

import pytest

from tests.house.source import ROOT
from tests.house.test_requirements import ROWS, ids_in
from tests.mutations import MUTATIONS
from tools.mutations import Mutation, quoted

MOVED = "A mutation's line has moved: mend it in tests/mutations.py, or drop it with the rule."


def test_each_line_is_found_once():
    lost = [one.name for one in MUTATIONS if (ROOT / one.path).read_text().count(one.before) != 1]
    assert lost == [], MOVED


def test_each_changes_something_and_has_a_name_of_its_own():
    assert [one.name for one in MUTATIONS if one.before == one.after] == []
    assert [name for name, times in Counter(one.name for one in MUTATIONS).items() if times > 1] == []
    assert len(MUTATIONS) >= 40


def test_each_requirement_is_known_and_quoted_by_its_tests():
    known = {row[0] for row in ROWS}
    assert [one.name for one in MUTATIONS if one.requirement not in known] == []
    silent = [
        one.name for one in MUTATIONS if not any(one.requirement in ids_in(f) for f in one.tests.split())
    ]
    assert silent == []


@pytest.mark.parametrize("text", ["other = 1\n", "rule = 1\nrule = 1\n"])
def test_a_line_that_is_not_there_once_is_told(text):
    with pytest.raises(LookupError, match=re.escape("« rule = 1 » s’y trouve")):
        Mutation("name", "TRC-1", "a.py", "rule = 1", "rule = 2", "").applied(text)


def test_a_line_is_broken():
    broken = Mutation("name", "TRC-1", "a.py", "rule = 1", "rule = 2", "").applied("a = 0\nrule = 1\n")
    assert broken == "a = 0\nrule = 2\n"


def test_what_a_test_quotes(tmp_path):
    """Its own text, what its class and its file say first; not what another test says."""
    (tmp_path / "test_a.py").write_text(
        '"""CON-1."""\n\nclass TestA:\n    """CON-2."""\n\n    def test_a(self):  # CON-3\n        pass\n\n\n'
        "def test_b():  # CON-4\n    pass\n"
    )
    assert re.findall(r"CON-\d", quoted(tmp_path, "test_a.py::TestA::test_a")) == ["CON-1", "CON-2", "CON-3"]
    assert re.findall(r"CON-\d", quoted(tmp_path, "test_a.py::test_b")) == ["CON-1", "CON-4"]
    assert quoted(tmp_path, "test_other.py::test_a") == ""
