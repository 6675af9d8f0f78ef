"""Periods in whole months, the fifteen days, the day of a monthly order (OBS-3, OBS-6)."""

from datetime import date, timedelta

import pytest

from observatoire.calendrier import Periode, days_of, is_provisional, is_whole_months, next_run
from tests.factories import day


@pytest.mark.parametrize(
    ("periode", "today", "debut", "fin"),
    [
        (Periode.MOIS, "2026-11-29", "2026-10-01", "2026-10-31"),
        (Periode.MOIS, "2028-03-01", "2028-02-01", "2028-02-29"),
        (Periode.MOIS, "2026-01-31", "2025-12-01", "2025-12-31"),
        (Periode.TRIMESTRE, "2026-11-29", "2026-07-01", "2026-09-30"),
        (Periode.TRIMESTRE, "2026-01-01", "2025-10-01", "2025-12-31"),
        (Periode.TRIMESTRE, "2026-03-31", "2025-10-01", "2025-12-31"),
        (Periode.TRIMESTRE, "2026-04-01", "2026-01-01", "2026-03-31"),
        (Periode.ANNEE, "2026-11-29", "2026-01-01", "2026-10-31"),
        (Periode.ANNEE, "2026-01-15", "2025-01-01", "2025-12-31"),
        (Periode.DERNIERE, "2026-11-29", "2025-01-01", "2025-12-31"),
    ],
)
def test_a_period_is_whole_months_that_have_ended(periode, today, debut, fin):
    found = days_of(periode, day(today))
    assert found == (day(debut), day(fin))
    assert is_whole_months(*found)


def test_whole_months_and_the_near_misses():
    assert is_whole_months(day("2028-02-01"), day("2028-02-29"))
    for debut, fin in (
        ("2028-02-01", "2028-02-28"),
        ("2028-02-02", "2028-02-29"),
        ("2026-02-01", "2026-03-01"),
    ):
        assert not is_whole_months(day(debut), day(fin))


def test_the_last_fifteen_days_are_provisional():
    """OBS-6: a period that ended fifteen days ago is consolidated."""
    today = day("2026-11-29")
    assert [is_provisional(today - timedelta(days=n), today) for n in (0, 14, 15, 16)] == [
        True,
        True,
        False,
        False,
    ]


@pytest.mark.parametrize(
    ("jour", "after", "next_day"),
    [
        (16, "2026-11-15", "2026-11-16"),
        (16, "2026-11-16", "2026-12-16"),
        (31, "2026-11-15", "2026-11-30"),
        (31, "2026-11-30", "2026-12-31"),
        (31, "2027-01-31", "2027-02-28"),
        (30, "2028-01-31", "2028-02-29"),
        (29, "2027-02-27", "2027-02-28"),
        (29, "2028-02-28", "2028-02-29"),
        (1, "2026-12-31", "2027-01-01"),
    ],
)
def test_the_day_of_a_month_that_is_shorter_is_its_last(jour, after, next_day):
    assert next_run(jour, day(after)) == day(next_day)


def test_a_year_has_twelve_of_them_whatever_the_day():
    for jour in range(1, 32):
        last, runs = date(2027, 12, 31), []
        while (last := next_run(jour, last)).year == 2028:
            runs.append(last)
        assert [one.month for one in runs] == list(range(1, 13))
