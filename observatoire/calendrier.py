"""Periods of statistics: those chosen at once, what is not consolidated, when a monthly order is due."""

import calendar
from datetime import date, timedelta

from django.db.models import TextChoices

from viatraj.core.periods import add_months

CONSOLIDATION = timedelta(days=15)  # OBS-6
JOUR = 16  # of a monthly order: what it counts is consolidated
LONGEST_YEARS = 5


class Periode(TextChoices):
    """Chosen in one go; an order that comes back each month has one of these."""

    MOIS = "mois", "Le mois dernier"
    TRIMESTRE = "trimestre", "Le trimestre dernier"
    ANNEE = "annee", "L’année en cours, jusqu’au mois dernier"
    DERNIERE = "derniere", "L’année dernière"


def days_of(periode: str, today: date) -> tuple[date, date]:
    """Both included, in whole months that have ended. In January, the running year is the last one."""
    this_month = today.replace(day=1)
    last_day = this_month - timedelta(days=1)
    if periode == Periode.MOIS:
        return last_day.replace(day=1), last_day
    if periode == Periode.TRIMESTRE:
        start = this_month.replace(month=this_month.month - (this_month.month - 1) % 3)
        return add_months(start, -3), start - timedelta(days=1)
    if periode == Periode.ANNEE:
        return last_day.replace(month=1, day=1), last_day
    return date(today.year - 1, 1, 1), date(today.year - 1, 12, 31)


def is_provisional(fin: date, today: date) -> bool:
    """Does it touch the days that are not consolidated?"""
    return fin > today - CONSOLIDATION


def is_whole_months(debut: date, fin: date) -> bool:
    return debut.day == 1 and fin.day == calendar.monthrange(fin.year, fin.month)[1]


def next_run(jour: int, after: date) -> date:
    """The first day after this one that has this number; the 31st of a short month is its last day."""
    for month in (after.replace(day=1), add_months(after.replace(day=1), 1)):
        last = calendar.monthrange(month.year, month.month)[1]
        if (found := month.replace(day=min(jour, last))) > after:
            return found
    raise AssertionError("two months hold any day")
