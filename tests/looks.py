"""What a page is looked at for in a real browser: axe, and nothing that scrolls sideways."""

import os
import re
from functools import cache
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit
from zlib import crc32

import axe_playwright_python

from tests import servers

WIDTHS = [1280, 390]  # the desk, a phone
NARROWEST = 320
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SEED = int(os.environ.get("SEED") or 10)
SAMPLED: set[str] = set()  # names of tests, filled by `tests.conftest.OneWidth`
ROWS = re.compile(r"[0-9]+|[\w-]{22,}")
RUN = "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']})"
WHAT_IS_TOO_WIDE = """() => {
    if (document.documentElement.scrollWidth <= innerWidth) return "";
    const over = one => one.getBoundingClientRect().right > innerWidth;
    return [...document.body.querySelectorAll("*")].filter(over).pop()?.outerHTML.slice(0, 300) || "?";
}"""
# The page without what axe does not judge: which words, numbers, addresses and values there are.
SKELETON = """() => {
    const copy = document.documentElement.cloneNode(true);
    copy.querySelectorAll("script").forEach(one => one.remove());
    const words = document.createTreeWalker(copy, NodeFilter.SHOW_TEXT);
    while (words.nextNode()) if (words.currentNode.data.trim()) words.currentNode.data = "x";
    for (const name of ["value", "href", "src", "action"])
        copy.querySelectorAll(`[${name}]`).forEach(one => one.setAttribute(name, "x"));
    const colours = matchMedia("(forced-colors: active)").matches;
    return `${innerWidth} ${colours} ${document.querySelectorAll(":checked").length} `
        + copy.outerHTML.replace(/[0-9]+/g, "0");
}"""


def objections(page) -> list:
    """To the page as it stands; a phone's is also made as narrow as can be."""
    page.wait_for_load_state()  # after a click, the next document is there before its root element is
    found = [(fault["id"], fault["nodes"][0]["html"]) for fault in _violations(page)]
    size = page.viewport_size
    widths = [size["width"], NARROWEST] if size["width"] == min(WIDTHS) else [size["width"]]
    for width in widths:
        page.set_viewport_size({**size, "width": width})
        if too_wide := page.evaluate(WHAT_IS_TOO_WIDE):
            found.append((f"déborde en largeur à {width} pixels", too_wide))
    page.set_viewport_size(size)
    return found


def _violations(page) -> list[dict]:
    if not _is_drawn(urlsplit(page.url).path):
        return []
    faultless = _faultless() / sha256(page.evaluate(SKELETON).encode()).hexdigest()
    if faultless.exists():
        return []
    page.evaluate(AXE)
    violations = page.evaluate(RUN, TAGS)["violations"]
    if not violations:
        faultless.touch()
    return violations


def _is_drawn(path: str) -> bool:
    """Half of the pages of a test that `make proofs` runs at its other width, whatever their row."""
    test = os.environ["PYTEST_CURRENT_TEST"].rpartition(" ")[0]
    return test not in SAMPLED or (crc32(ROWS.sub("", path).encode()) + SEED) % 2 == 0


@cache
def _faultless() -> Path:
    """Skeletons: a page met again in this run, by any test in any worker, is not examined again."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID") or os.getpid()
    folder = Path(os.environ[servers.RUN]) / f"faultless-{run}"
    folder.mkdir(exist_ok=True)
    return folder
