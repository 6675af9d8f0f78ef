"""docs/exigences.md lists every requirement once; what it marks as done has a test that quotes the id."""

import re
from collections import Counter

import pytest

from tests.house.source import ROOT

ID = re.compile(r"\b(?:CON|CPX|MDP|COM|HAB|DEL|DOS|ANN|OBS|DOC|TRC)-\d+\b")
PAPER = ROOT / "docs" / "exigences.md"
LINES = [line.strip("|").split("|") for line in PAPER.read_text().splitlines() if re.match(r"\| [A-Z]", line)]
ROWS = [[cell.strip() for cell in cells] for cells in LINES]
MARK = re.compile(r"(?:yes|part): `(tests/\w+/test_\w+\.py)`")
MARKED = [(row[0], row[2]) for row in ROWS if row[2]]


def test_the_paper_lists_each_requirement_once():
    assert [row for row in ROWS if len(row) != 3 or not ID.fullmatch(row[0]) or not row[1]] == []
    assert [name for name, times in Counter(row[0] for row in ROWS).items() if times > 1] == []
    assert MARKED


@pytest.mark.parametrize(("requirement", "done"), MARKED, ids=[name for name, _ in MARKED])
def test_a_mark_has_its_test(requirement, done):
    file = MARK.fullmatch(done)
    assert file, done
    assert requirement in ID.findall((ROOT / file[1]).read_text())


def test_quoted_ids_exist():
    known = {row[0] for row in ROWS}
    folders = [
        folder for folder in ROOT.iterdir() if folder.is_dir() and not folder.name.startswith((".", "var"))
    ]
    files = [file for folder in folders for file in folder.rglob("*.py")]
    quoted = {(name, str(file.relative_to(ROOT))) for file in files for name in ID.findall(file.read_text())}
    assert {(name, file) for name, file in quoted if name not in known} == set()
    assert len(quoted) > len(known) / 2
