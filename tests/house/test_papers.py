"""What the repository refers to is in the repository: whoever reads a line can follow it."""

import re
import subprocess

from tests.house.source import ROOT

PAPER = re.compile(r"(?<![\w/.-])(?:[\w.-]+/)*[\w-]+\.md\b")
ADR = re.compile(r"docs/adr/(\d{4})|\bADR (\d+)")
# Folders and words of notes that were never part of the repository.
ELSEWHERE = re.compile(r"(?<![\w/.-])(?:facts|shared)/\w|\((?:facts|decisions)\b|§\s?\d")
TEXTS = ("*.py", "*.md", "*.html", "*.txt", "*.css", "*.js", "*.sql", "*.conf", "*.toml", "*.yml", "Makefile")


def _tracked(*patterns) -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", *patterns], cwd=ROOT, capture_output=True, text=True
    )
    return [name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


def lost(text: str, papers: set[str], numbers: set[int]) -> list[str]:
    """References of a text that lead nowhere; `papers`: names and paths, `numbers`: those of the ADRs."""
    named = [one for one in PAPER.findall(text) if one not in papers]
    decided = [f"ADR {one or other}" for one, other in ADR.findall(text) if int(one or other) not in numbers]
    return [*named, *decided, *ELSEWHERE.findall(text)]


def test_every_paper_that_is_named_is_here():
    papers = {part for path in _tracked("*.md") for part in (path, path.rpartition("/")[2])}
    numbers = {int(path.name[:4]) for path in (ROOT / "docs/adr").glob("[0-9]*.md")}
    assert papers
    assert numbers
    texts = [path for path in _tracked(*TEXTS) if path != "tests/house/test_papers.py"]
    assert "run.py" in texts
    found = {path: lost((ROOT / path).read_text(), papers, numbers) for path in texts}
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
