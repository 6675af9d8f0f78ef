"""How long an orientation is still valid: black, orange, red, and always in words (domain: «Validité»)."""

from datetime import date
from typing import NamedTuple

from viatraj.core.periods import add_months
from viatraj.core.typography import counted, short_day

SOON_MONTHS = 3


class Validite(NamedTuple):
    """`tone`: "" (black) beyond three months, "attention" (orange) within, "erreur" (red) once it is over."""

    tone: str
    label: str


def validite(fin: date, today: date) -> Validite:
    """`fin` is included: on that day the decision still holds."""
    days = (fin - today).days
    if days < 0:
        return Validite("erreur", f"Échue depuis le {short_day(fin)}")
    if fin > add_months(today, SOON_MONTHS):
        return Validite("", f"Valable jusqu’au {short_day(fin)}")
    left = {0: "aujourd’hui", 1: "demain"}.get(days, f"dans {counted(days, 'jour')}")
    return Validite("attention", f"Échoit {left}, le {short_day(fin)}")
