"""The one home of the revue's colours: orange within a month of the end, red within fifteen days."""

from datetime import date
from typing import NamedTuple

from viatraj.core.periods import add_months

URGENT_DAYS = 15
SOON_MONTHS = 1


class Expiry(NamedTuple):
    """`tone` is "" far from the end, "attention" (orange) or "erreur" (red); the label says it in words."""

    tone: str
    label: str


def expiry(fin: date, today: date) -> Expiry:
    """`fin` is included: on that day the right still holds."""
    days = (fin - today).days
    if days < 0:
        return Expiry("erreur", "Expirée")
    if fin > add_months(today, SOON_MONTHS) and days > URGENT_DAYS:
        return Expiry("", "")
    label = {0: "Expire aujourd’hui", 1: "Expire demain"}.get(days, f"Expire dans {days} jours")
    return Expiry("erreur" if days <= URGENT_DAYS else "attention", label)
