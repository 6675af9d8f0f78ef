"""Dates of birth: the day, or day and month, may be unknown; an INS writes 00 for them (DOS-3)."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from viatraj.core.saisie import Refused, dates
from viatraj.core.saisie.caracteres import plain
from viatraj.core.saisie.numeros import in_figures
from viatraj.core.typography import in_month, short_day

UNKNOWN = re.compile(r"00([ ./-])(?P<month>\d{2})\1(?P<year>\d{4})", re.ASCII)
ISO_UNKNOWN = re.compile(r"(?P<year>\d{4})-(?P<month>\d{2})-00", re.ASCII)
NOT_A_BIRTH = (
    "Cette date n’existe pas. Écrivez-la ainsi\u00a0: 31/12/1950, ou 00/12/1950 si le jour est inconnu."
)


class Precision(StrEnum):
    JOUR = "jour"
    MOIS = "mois"
    ANNEE = "annee"


@dataclass(frozen=True)
class Naissance:
    """`jour` is the first day possible; `precision` says what of it is known."""

    jour: date
    precision: Precision = Precision.JOUR

    def __str__(self) -> str:
        """18/02/1957, février 1957, 1957."""
        if self.precision == Precision.ANNEE:
            return str(self.jour.year)
        return in_month(self.jour) if self.precision == Precision.MOIS else short_day(self.jour)

    @property
    def last(self) -> date:
        """The last day possible: who may be young enough is not taken for too old."""
        if self.precision == Precision.ANNEE:
            return date(self.jour.year, 12, 31)
        days = monthrange(self.jour.year, self.jour.month)[1]
        return self.jour.replace(day=days) if self.precision == Precision.MOIS else self.jour

    @property
    def typed(self) -> str:
        """As it would be typed: 00/02/1957."""
        known = {Precision.JOUR: "%d/%m/%Y", Precision.MOIS: "00/%m/%Y", Precision.ANNEE: "00/00/%Y"}
        return self.jour.strftime(known[self.precision])


def read(text: str) -> Naissance | None:
    """None when nothing is typed."""
    typed = in_figures(plain(text))
    found = UNKNOWN.fullmatch(typed) or ISO_UNKNOWN.fullmatch(typed)
    if found is None:
        return _known(typed)
    month, year = int(found["month"]), int(found["year"])
    try:
        day = date(year, month or 1, 1)
    except ValueError as error:
        raise Refused(NOT_A_BIRTH) from error
    return Naissance(dates.check(day), Precision.MOIS if month else Precision.ANNEE)


def _known(typed: str) -> Naissance | None:
    day = dates.read(typed)
    return Naissance(day) if day else None
