"""What is wrong with a page's HTML: the standard's own parse errors, then rules of nesting."""

import re
import warnings
from collections import Counter
from collections.abc import Iterator
from xml.etree.ElementTree import Element

import html5lib

PHRASING = frozenset(
    "a abbr audio b bdi bdo br button canvas cite code data datalist del dfn em embed i iframe img input ins "
    "kbd label map mark meter noscript object output picture progress q ruby s samp script select small span "
    "strong sub sup svg template textarea time u var video wbr".split()
)
HEADINGS = frozenset(f"h{level}" for level in range(1, 7))
# Parents that hold phrasing alone; what a summary or a legend may hold besides.
SPEAKING = {
    **dict.fromkeys(("p", "pre", *HEADINGS), frozenset()),
    **dict.fromkeys(
        ("span", "b", "i", "em", "strong", "small", "code", "time", "button", "label"), frozenset()
    ),
    "summary": HEADINGS,
    "legend": HEADINGS,
}
TRANSPARENT = ("a", "ins", "del", "noscript")
CHILDREN = {
    "ul": "li script template",
    "ol": "li script template",
    "dl": "dt dd div",
    "table": "caption colgroup thead tbody tfoot tr",
    "thead": "tr",
    "tbody": "tr",
    "tfoot": "tr",
    "tr": "th td",
    "select": "option optgroup hr",
}
ACTING = ("a", "button", "input", "select", "textarea", "label", "details")
MOMENT = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)?)?|\d\d:\d\d(:\d\d)?")
REFERENCES = ("for", "aria-labelledby", "aria-describedby", "aria-controls", "form", "list", "headers")


def faults(html: str) -> list[str]:
    parser = html5lib.HTMLParser(
        tree=html5lib.treebuilders.getTreeBuilder("etree"), namespaceHTMLElements=False
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        root = parser.parse(html)
    lines = html.splitlines()
    told = [
        f"{code} {known or ''}: {lines[line - 1][max(0, at - 80) : at]}"
        for (line, at), code, known in parser.errors
    ]
    return [*told, *_ids(root), *_nesting(root, ())]


def _ids(root: Element) -> Iterator[str]:
    ids = Counter(one.get("id") for one in root.iter() if one.get("id"))
    yield from (f"id {name} {times} times" for name, times in ids.items() if times > 1)
    for one in root.iter():
        for attribute in REFERENCES:
            for name in (one.get(attribute) or "").split():
                if name not in ids:
                    yield f"{one.tag} {attribute}={name} names nothing"


def _nesting(here: Element, above: tuple[str, ...]) -> Iterator[str]:
    """`above`: the tags around, the nearest last."""
    tag = here.tag
    holder = next((one for one in reversed((*above, tag)) if one not in TRANSPARENT), "")
    for child in here:
        if not isinstance(child.tag, str) or child.tag.startswith("{"):
            continue  # a comment, or what belongs to SVG
        if holder in SPEAKING and child.tag not in PHRASING | SPEAKING[holder] and tag != "svg":
            yield f"{child.tag} in {holder}"
        if tag in CHILDREN and child.tag not in CHILDREN[tag].split():
            yield f"{child.tag} in {tag}"
        if tag != "svg":
            yield from _nesting(child, (*above, tag))
    yield from _of_itself(here, above)


def _of_itself(one: Element, above: tuple[str, ...]) -> Iterator[str]:
    if one.tag in ACTING and one.get("type") != "hidden" and {"a", "button"} & {*above}:
        yield f"{one.tag} in a link or a button"
    if (one.tag == "form" and "form" in above) or (one.tag == "label" and "label" in above):
        yield f"{one.tag} in {one.tag}"
    if one.tag == "time" and not MOMENT.fullmatch(one.get("datetime") or (one.text or "").strip()):
        yield f"time {one.get('datetime')}"
    if one.tag == "table" and (head := one.find("thead/tr")) is not None:
        columns = _columns(head)
        rows = (_columns(row) for row in one.iterfind("tbody/tr") if not row.findall("*[@rowspan]"))
        yield from (f"a row of {many} columns, under {columns}" for many in {*rows} if many > columns)
    yield from (f"{name}: write data-{name}" for name in one.attrib if name.startswith("hx-"))
    if one.tag == "form" and one.get("action") == "":
        yield "form with an empty action"
    if one.tag == "img" and one.get("alt") is None:
        yield "img without alt"
    if (
        one.tag in ("section", "article")
        and not any(child.tag in HEADINGS for child in one.iter())
        and not (one.get("aria-label") or one.get("aria-labelledby"))
    ):
        yield f"{one.tag} without heading or name"


def _columns(row: Element) -> int:
    return sum(int(cell.get("colspan", 1)) for cell in row)
