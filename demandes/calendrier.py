"""Working days, there: Monday to Friday but for public holidays, all computed (DOS-4).

Holidays of the whole country (Code du travail L3133-1), of Alsace and Moselle (L3134-13), and overseas, by
law (L3422-2) or by a usage so old that no office opens. `departement`: its code of the COG, "" elsewhere.
"""

from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
ZONES = {
    "971": "America/Guadeloupe",
    "972": "America/Martinique",
    "973": "America/Cayenne",
    "974": "Indian/Reunion",
    "975": "America/Miquelon",
    "976": "Indian/Mayotte",
    "977": "America/St_Barthelemy",
    "978": "America/Marigot",
    "984": "Indian/Kerguelen",
    "986": "Pacific/Wallis",
    "987": "Pacific/Tahiti",
    "988": "Pacific/Noumea",
}
# Days after Easter (before, if negative), or (month, day).
GOOD_FRIDAY = -2
EVERYWHERE = (1, 39, 50, (1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))
SCHOELCHER, MI_CAREME = (7, 21), -24
ALSACE_MOSELLE = (GOOD_FRIDAY, (12, 26))
LOCAL = {
    "57": ALSACE_MOSELLE,
    "67": ALSACE_MOSELLE,
    "68": ALSACE_MOSELLE,
    "971": ((5, 27), SCHOELCHER, GOOD_FRIDAY, MI_CAREME),
    "972": ((5, 22), SCHOELCHER),
    "973": ((6, 10),),
    "974": ((12, 20),),
    "976": ((4, 27),),
    "977": ((10, 9),),
    "978": ((5, 28), SCHOELCHER),
    "986": ((4, 28), (6, 29), (7, 29)),
    "987": ((3, 5), GOOD_FRIDAY),
    "988": ((9, 24),),
}
# French Polynesia: autonomy until 2024, Matāri’i since.
AUTONOMY, MATARII, MATARII_SINCE = (6, 29), (11, 20), 2025
FRIDAY = 4


def easter(year: int) -> date:
    """Sunday of Easter, Gregorian, by the algorithm of Meeus, Jones and Butcher."""
    golden, (century, rest) = year % 19, divmod(year, 100)
    leap, odd = divmod(century, 4)
    moon = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leap - moon + 15) % 30
    weekday = (32 + 2 * odd + 2 * (rest // 4) - epact - rest % 4) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


@cache
def holidays(year: int, departement: str = "") -> frozenset[date]:
    rules = [*EVERYWHERE, *LOCAL.get(departement, ())]
    if departement == "987":
        rules.append(MATARII if year >= MATARII_SINCE else AUTONOMY)
    sunday = easter(year)
    return frozenset(
        sunday + timedelta(rule) if isinstance(rule, int) else date(year, *rule) for rule in rules
    )


def is_working(day: date, departement: str = "") -> bool:
    return day.weekday() <= FRIDAY and day not in holidays(day.year, departement)


def add_working_days(day: date, count: int, departement: str = "") -> date:
    """The `count`th working day after this one, which may be none itself."""
    while count:
        day += timedelta(1)
        count -= is_working(day, departement)
    return day


def zone(departement: str = "") -> ZoneInfo:
    return ZoneInfo(ZONES[departement]) if departement in ZONES else PARIS


def day_of(instant: datetime, departement: str = "") -> date:
    """Which day it is there."""
    return instant.astimezone(zone(departement)).date()


def end_of(day: date, departement: str = "") -> datetime:
    """The first instant, there, that is no more of this day."""
    return datetime.combine(day + timedelta(1), time.min, tzinfo=zone(departement))
