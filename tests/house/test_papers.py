"""What the repository refers to is in the repository: whoever reads a line can follow it."""

import os
import re
from pathlib import Path

from tests.house.source import ROOT

PAPER = re.compile(r"(?<![\w/.-])(?:[\w.-]+/)*[\w-]+\.md\b")
ADR = re.compile(r"docs/adr/(\d{4})|\bADR (\d+)")
# Folders and words of notes that were never part of the repository.
ELSEWHERE = re.compile(r"(?<![\w/.-])(?:facts|shared)/\w|\((?:facts|decisions)\b|§\s?\d")
SUFFIXES = {".py", ".md", ".html", ".txt", ".css", ".js", ".sql", ".conf", ".toml", ".yml"}


def _texts() -> dict[str, str]:
    """Every text of ours by its path; hidden folders, `var` and `build` hold what is installed or made."""
    found = {}
    for here, folders, names in os.walk(ROOT):
        folders[:] = [one for one in folders if not one.startswith(".") and one not in ("var", "build")]
        for path in (
            Path(here, name) for name in names if Path(name).suffix in SUFFIXES or name == "Makefile"
        ):
            found[str(path.relative_to(ROOT))] = path.read_text()
    return found


def lost(text: str, papers: set[str], numbers: set[int]) -> list[str]:
    """References of a text that lead nowhere; `papers`: names and paths, `numbers`: those of the ADRs."""
    named = [one for one in PAPER.findall(text) if one not in papers]
    decided = [f"ADR {one or other}" for one, other in ADR.findall(text) if int(one or other) not in numbers]
    return [*named, *decided, *ELSEWHERE.findall(text)]


def test_every_paper_that_is_named_is_here():
    texts = _texts()
    papers = {part for path in texts if path.endswith(".md") for part in (path, path.rpartition("/")[2])}
    numbers = {int(path.name[:4]) for path in (ROOT / "docs/adr").glob("[0-9]*.md")}
    assert {"run.py", "docs/exigences.md", "tests/house/test_papers.py"} <= texts.keys()
    del texts["tests/house/test_papers.py"]
    found = {path: lost(text, papers, numbers) for path, text in texts.items()}
    assert {path: references for path, references in found.items() if references} == {}


def test_papers_from_elsewhere_are_seen():
    """The near misses stand beside them."""
    assert lost("(ux.md §6), facts/domain.md, (decisions, «Imports»)", {"README.md"}, {1}) == [
        "ux.md",
        "facts/domain.md",
        "§6",
        "facts/d",
        "(decisions",
    ]
    assert lost("docs/adr/0002, ADR 3", set(), {1}) == ["ADR 0002", "ADR 3"]
    assert lost("README.md, docs/adr/0001, ADR 1, decisions with reasons", {"README.md"}, {1}) == []
