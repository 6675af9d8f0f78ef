"""docs/exigences.md lists every requirement once; what it marks as done has a test that quotes the id."""

import re
from collections import Counter

from tests.house.source import ROOT

ID = re.compile(r"\b(?:CON|CPX|MDP|COM|HAB|DEL|DOS|ANN|OBS|DOC|TRC)-\d+\b")
PAPER = ROOT / "docs" / "exigences.md"
LINES = [line.strip("|").split("|") for line in PAPER.read_text().splitlines() if re.match(r"\| [A-Z]", line)]
ROWS = [[cell.strip() for cell in cells] for cells in LINES]
MARK = re.compile(r"(?:yes|part): `tests/\w+/test_\w+\.py`(?:, `tests/\w+/test_\w+\.py`)*")
FILE = re.compile(r"`([^`]+)`")
MARKED = [(row[0], row[2]) for row in ROWS if row[2]]


def test_the_paper_lists_each_requirement_once():
    assert [row for row in ROWS if len(row) != 3 or not ID.fullmatch(row[0]) or not row[1]] == []
    assert [name for name, times in Counter(row[0] for row in ROWS).items() if times > 1] == []
    assert MARKED


def test_a_mark_has_its_tests():
    """One file or several; each quotes the id."""
    assert [mark for mark in MARKED if not MARK.fullmatch(mark[1])] == []
    files = [(requirement, file) for requirement, done in MARKED for file in FILE.findall(done)]
    assert [one for one in files if one[0] not in ids_in(one[1])] == []


def ids_in(file) -> list[str]:
    path = ROOT / file
    return ID.findall(path.read_text()) if path.exists() else []


def test_quoted_ids_exist():
    known = {row[0] for row in ROWS}
    folders = [
        folder for folder in ROOT.iterdir() if folder.is_dir() and not folder.name.startswith((".", "var"))
    ]
    files = [file for folder in folders for file in folder.rglob("*.py")]
    quoted = {(name, str(file.relative_to(ROOT))) for file in files for name in ID.findall(file.read_text())}
    assert {(name, file) for name, file in quoted if name not in known} == set()
    assert len(quoted) > len(known) / 2
