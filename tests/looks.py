"""What a page is looked at for in a real browser: axe, and nothing that scrolls sideways."""

from pathlib import Path

import axe_playwright_python

WIDTHS = [1280, 390]  # the desk, a phone
NARROWEST = 320
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']})"
WHAT_IS_TOO_WIDE = """() => {
    if (document.documentElement.scrollWidth <= innerWidth) return "";
    const over = one => one.getBoundingClientRect().right > innerWidth;
    return [...document.body.querySelectorAll("*")].filter(over).pop()?.outerHTML.slice(0, 300) || "?";
}"""


def objections(page) -> list:
    """To the page as it stands; a phone's is also made as narrow as can be."""
    found = [(fault["id"], fault["nodes"][0]["html"]) for fault in _axe(page)["violations"]]
    size = page.viewport_size
    widths = [size["width"], NARROWEST] if size["width"] == min(WIDTHS) else [size["width"]]
    for width in widths:
        page.set_viewport_size({**size, "width": width})
        if too_wide := page.evaluate(WHAT_IS_TOO_WIDE):
            found.append((f"déborde en largeur à {width} pixels", too_wide))
    page.set_viewport_size(size)
    return found


def _axe(page):
    page.evaluate(AXE)
    return page.evaluate(RUN, TAGS)
