"""Days: 31/12/2026 or 2026-12-31, and nothing that could be read in two ways."""

import re
from datetime import date

from viatraj.core.saisie import Refused
from viatraj.core.saisie.caracteres import plain
from viatraj.core.saisie.numeros import in_figures

# Near 9999 Python's calendar ends, and a PostgreSQL range cannot be read back.
EARLIEST, LATEST = date(1900, 1, 1), date(2199, 12, 31)
NOT_A_DATE = "Cette date n’existe pas. Écrivez-la ainsi\u00a0: 31/12/2026."
TOO_LATE = f"Vérifiez l’année\u00a0: elle dépasse {LATEST.year}."
TOO_EARLY = f"Vérifiez l’année\u00a0: elle précède {EARLIEST.year}."
FRENCH = re.compile(r"(?P<day>\d{1,2})([ ./-])(?P<month>\d{1,2})\2(?P<year>\d{4})", re.ASCII)
ISO = re.compile(r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})", re.ASCII)
MIDNIGHT = re.compile(r"[ T]00:00(:00(\.0+)?)?$")  # as programs write a day


def read(text: str) -> date | None:
    """The day; None when nothing is typed."""
    typed = MIDNIGHT.sub("", in_figures(plain(text)))
    if not typed:
        return None
    found = FRENCH.fullmatch(typed) or ISO.fullmatch(typed)
    if not found:
        raise Refused(NOT_A_DATE)
    try:
        return check(date(int(found["year"]), int(found["month"]), int(found["day"])))
    except Refused:
        raise
    except ValueError as error:
        raise Refused(NOT_A_DATE) from error


def check(day: date) -> date:
    """Refuses a year that can only be a slip."""
    if day > LATEST:
        raise Refused(TOO_LATE)
    if day < EARLIEST:
        raise Refused(TOO_EARLY)
    return day
