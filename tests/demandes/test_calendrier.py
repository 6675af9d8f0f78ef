"""Working days where somebody answers, and when a delay is over (DOS-4)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from dateutil.easter import easter
from holidays import country_holidays

from demandes import calendrier
from demandes.calendrier import PARIS, add_working_days, is_working, zone
from demandes.delais import DELAIS, Delai, Echeance, Mesure, delai
from viatraj.core.droits import Orientation

YEARS = range(2013, 2043)
# Codes of the COG, and how `holidays` calls those places.
PLACES = {
    "": None,
    "35": None,
    "2A": None,
    "57": "57",
    "67": "6AE",
    "68": "6AE",
    "971": "971",
    "972": "972",
    "973": "973",
    "974": "974",
    "975": "PM",
    "976": "976",
    "977": "BL",
    "978": "MF",
    "984": "TF",
    "986": "WF",
    "987": "PF",
    "988": "NC",
}
GRAND_AGE, TND, SANITAIRE = Orientation.GRAND_AGE, Orientation.TND, Orientation.SANITAIRE


@pytest.mark.parametrize("code", PLACES)
def test_holidays_of_thirty_years_are_those_of_everybody_else(code):
    for year in YEARS:
        assert calendrier.holidays(year, code) == set(country_holidays("FR", subdiv=PLACES[code], years=year))


def test_every_place_with_days_or_hours_of_its_own_is_compared():
    assert set(calendrier.LOCAL) | set(calendrier.ZONES) <= set(PLACES)


def test_easter_is_that_of_four_centuries():
    assert [calendrier.easter(year) for year in range(1900, 2300)] == [
        easter(year) for year in range(1900, 2300)
    ]


@pytest.mark.parametrize(
    ("day", "code", "works"),
    [
        (date(2026, 11, 27), "", True),  # a Friday
        (date(2026, 11, 28), "", False),  # a Saturday
        (date(2026, 12, 25), "", False),
        (date(2025, 12, 26), "75", True),
        (date(2025, 12, 26), "67", False),
        (date(2026, 4, 3), "57", False),  # Good Friday
        (date(2026, 4, 3), "54", True),
        (date(2027, 12, 20), "974", False),
        (date(2027, 12, 20), "976", True),
        (date(2026, 4, 27), "976", False),
    ],
)
def test_a_working_day_is_that_of_the_place(day, code, works):
    assert is_working(day, code) == works


@pytest.mark.parametrize(
    ("since", "count", "code", "last"),
    [
        (date(2026, 11, 27), 1, "", date(2026, 11, 30)),  # over a week-end
        (date(2026, 11, 28), 1, "", date(2026, 11, 30)),  # what arrives on a Saturday waits for Monday
        (date(2026, 12, 21), 8, "", date(2027, 1, 4)),  # over Christmas and the New Year
        (date(2025, 12, 24), 1, "35", date(2025, 12, 26)),
        (date(2025, 12, 24), 1, "68", date(2025, 12, 29)),
        (date(2026, 5, 13), 1, "", date(2026, 5, 15)),  # Ascension
    ],
)
def test_days_that_do_not_work_are_not_counted(since, count, code, last):
    assert add_working_days(since, count, code) == last


def test_no_working_day_is_lost_nor_counted_twice():
    """Against a walk day by day: the nth one is the last of n."""
    start = date(2026, 1, 1)
    days = [start + timedelta(one) for one in range(1, 800)]
    for code in PLACES:
        worked = [one for one in days if is_working(one, code)]
        assert [add_working_days(start, count, code) for count in range(1, 60)] == worked[:59]


@pytest.mark.parametrize(
    ("sent", "due"),
    [
        # Night of 28 to 29 March 2026: 2 h becomes 3 h. Night of 24 to 25 October: 3 h becomes 2 h.
        (datetime(2026, 3, 28, 20, tzinfo=PARIS), datetime(2026, 3, 29, 21, tzinfo=PARIS)),
        (datetime(2026, 10, 24, 20, tzinfo=PARIS), datetime(2026, 10, 25, 19, tzinfo=PARIS)),
        (datetime(2026, 10, 25, 2, 30, tzinfo=PARIS), datetime(2026, 10, 26, 1, 30, tzinfo=PARIS)),
        (datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=PARIS), datetime(2026, 10, 26, 2, 30, tzinfo=PARIS)),
        (datetime(2026, 12, 24, 18, tzinfo=PARIS), datetime(2026, 12, 25, 18, tzinfo=PARIS)),  # a holiday
    ],
)
def test_sanitaire_counts_hours_every_day_and_both_nights_of_clock_change(sent, due):
    assert delai(SANITAIRE, Echeance.RAPPEL).after(sent) == due
    assert due.astimezone(UTC) - sent.astimezone(UTC) == timedelta(hours=24)


@pytest.mark.parametrize(
    ("sent", "due"),
    [
        (datetime(2026, 3, 27, 17, tzinfo=PARIS), datetime(2026, 4, 9, tzinfo=PARIS)),
        (datetime(2026, 10, 23, 17, tzinfo=PARIS), datetime(2026, 11, 4, tzinfo=PARIS)),
    ],
)
def test_grand_age_has_whole_working_days_over_both_nights(sent, due):
    """7 of them: until midnight, there; Good Friday works in Paris, Easter Monday does not."""
    assert delai(GRAND_AGE, Echeance.RAPPEL).after(sent, "75") == due


def test_a_day_is_that_of_who_answers():
    """22 h in Paris is the day after in Réunion, the same afternoon in Guadeloupe."""
    sent = datetime(2026, 11, 26, 22, tzinfo=PARIS)  # a Thursday
    one = Delai(1, Mesure.OUVRES)
    assert one.after(sent, "974") == datetime(2026, 12, 1, tzinfo=zone("974"))
    assert one.after(sent, "971") == datetime(2026, 11, 28, tzinfo=zone("971"))


def test_defaults_are_those_of_the_fact_sheet():
    said = {one: str(DELAIS[one][Echeance.RAPPEL]) for one in Orientation}
    assert said == {SANITAIRE: "24\u00a0h", GRAND_AGE: "7 jours ouvrés", TND: "10 jours ouvrés"}
    assert str(DELAIS[GRAND_AGE][Echeance.DECES_SANS_REPONSE]) == "30 jours"


def test_a_coordination_changes_the_number_not_the_measure():
    assert delai(TND, Echeance.RAPPEL, {"rappel": 5}) == Delai(5, Mesure.OUVRES)
    assert delai(TND, Echeance.ESCALADE, {"rappel": 5}) == Delai(10, Mesure.OUVRES)
    assert delai(TND, Echeance.DECES) is None
