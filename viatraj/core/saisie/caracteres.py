"""Characters that nobody sees, spaces of all kinds: what every kind of text has in common."""

import unicodedata

from viatraj.core.saisie import Refused

UNREADABLE = "Ce texte contient un caractère illisible\u00a0: saisissez-le de nouveau au clavier."

# Seen by nobody, though Unicode does not class them as formats (Cf): joiners, fillers, selectors, blanks.
UNSEEN = frozenset(
    {0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0}
    | {*range(0x180B, 0x1810), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)}
)


def is_invisible(letter: str) -> bool:
    """Zero-width spaces and joiners, soft hyphens, direction marks, byte order marks, selectors."""
    return unicodedata.category(letter) == "Cf" or ord(letter) in UNSEEN


def visible(text: str) -> str:
    """Without what nobody sees."""
    return text if text.isascii() else "".join(one for one in text if not is_invisible(one))


def one_line(text: str) -> str:
    """Trimmed; a run of spaces, no-break spaces, tabs or new lines is one space."""
    return " ".join(text.split())


def check(text: str) -> None:
    """Refuses control characters, halves of characters, and those that no script has."""
    if text.isprintable() and "\ufffd" not in text:  # none of these is; the usual case, ten times quicker
        return
    if any(unicodedata.category(one) in ("Cc", "Cs", "Co", "Cn") or one == "\ufffd" for one in text):
        raise Refused(UNREADABLE)


def tidied(text: str) -> str:
    """One line in Unicode's compatible form (NFKC), nothing unseen in it; refuses nothing."""
    return one_line(visible(unicodedata.normalize("NFKC", text)))


def plain(text: str) -> str:
    """The same, when all of it can be read."""
    line = tidied(text)
    check(line)
    return line
