"""Positions of FINESS in degrees: Lambert-93 in France, UTM overseas, and what cannot be one.

WGS84, RGF93 and the overseas systems differ by less than a metre: they are one here. Metres in, degrees out.
A northing is never an easting in any of these territories, so that two that were swapped are put right.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

A, E = 6_378_137.0, 0.081_819_191_042_816  # GRS80: half great axis, first eccentricity
# Lambert-93, as the IGN gives it (NTG 71): exponent, constant, origin.
N, C, XS, YS = 0.725_607_765_053_267_1, 11_754_255.426_1, 700_000.0, 12_655_612.049_9
LAMBERT_MERIDIAN = math.radians(3)
K0, FALSE_EASTING, FALSE_NORTHING = 0.9996, 500_000.0, 10_000_000.0
Degrees = tuple[float, float]


@dataclass(frozen=True)
class Territoire:
    """South, north, west, east of all that lies there, and how metres become degrees; None: not known."""

    box: tuple[float, float, float, float]
    degrees: Callable[[float, float], Degrees] | None = None

    def holds(self, latitude: float, longitude: float) -> bool:
        south, north, west, east = self.box
        return south <= latitude <= north and west <= longitude <= east


def lambert93(x: float, y: float) -> Degrees:
    """(latitude, longitude) by the IGN’s algorithms 2 and 4."""
    radius = math.hypot(x - XS, y - YS)
    longitude = math.atan2(x - XS, YS - y) / N + LAMBERT_MERIDIAN
    isometric = -math.log(radius / C) / N if radius else math.inf
    return math.degrees(_latitude(isometric)), math.degrees(longitude)


def _latitude(isometric: float) -> float:
    """Of an isometric latitude, to a thousandth of a millimetre."""
    grown = math.exp(isometric)
    latitude = 2 * math.atan(grown) - math.pi / 2
    for _ in range(6):
        sine = E * math.sin(latitude)
        latitude = 2 * math.atan(((1 + sine) / (1 - sine)) ** (E / 2) * grown) - math.pi / 2
    return latitude


def utm(zone: int, *, south: bool = False) -> Callable[[float, float], Degrees]:
    """(latitude, longitude) of metres in a zone, by Krüger’s series to the third order: millimetres."""
    flattening = 1 - math.sqrt(1 - E * E)
    n = flattening / (2 - flattening)
    rectifying = A / (1 + n) * (1 + n**2 / 4 + n**4 / 64)
    beta = (n / 2 - 2 * n**2 / 3 + 37 * n**3 / 96, n**2 / 48 + n**3 / 15, 17 * n**3 / 480)
    delta = (2 * n - 2 * n**2 / 3 - 2 * n**3, 7 * n**2 / 3 - 8 * n**3 / 5, 56 * n**3 / 15)
    meridian = 6 * zone - 183

    def degrees(x: float, y: float) -> Degrees:
        xi = (y - (FALSE_NORTHING if south else 0)) / (K0 * rectifying)
        eta = (x - FALSE_EASTING) / (K0 * rectifying)
        xi1, eta1 = xi, eta
        for j, one in enumerate(beta, 1):
            xi1 -= one * math.sin(2 * j * xi) * math.cosh(2 * j * eta)
            eta1 -= one * math.cos(2 * j * xi) * math.sinh(2 * j * eta)
        chi = math.asin(max(-1.0, min(1.0, math.sin(xi1) / math.cosh(eta1))))
        latitude = chi + sum(one * math.sin(2 * j * chi) for j, one in enumerate(delta, 1))
        longitude = math.degrees(math.atan2(math.sinh(eta1), math.cos(xi1))) + meridian
        return math.degrees(latitude), longitude

    return degrees


METROPOLE = Territoire((41.2, 51.3, -5.3, 9.8), lambert93)
TERRITOIRES = {
    "971": Territoire((15.7, 18.2, -63.3, -60.9), utm(20)),  # FINESS has Saint-Martin there too
    "972": Territoire((14.3, 15.0, -61.3, -60.7), utm(20)),
    "973": Territoire((2.0, 6.0, -54.7, -51.5), utm(22)),
    "974": Territoire((-21.5, -20.8, 55.1, 55.9), utm(40, south=True)),
    "975": Territoire((46.6, 47.3, -56.6, -56.0), utm(21)),
    "976": Territoire((-13.1, -12.5, 44.9, 45.4), utm(38, south=True)),
    "977": Territoire((17.8, 18.0, -63.0, -62.7), utm(20)),
    "978": Territoire((17.9, 18.2, -63.3, -62.9), utm(20)),
    "987": Territoire((-28.0, -7.0, -155.0, -134.0)),
    "988": Territoire((-23.0, -19.0, 163.0, 169.0)),
}
SAID, SWAPPED, WRONG, ABSENT = "", "coordonnées interverties", "coordonnées écartées", "sans coordonnées"


def place(
    departement: str, *, degrees: tuple[str, str], metres: tuple[str, str]
) -> tuple[Degrees | None, str]:
    """The position of a site, and a word of what was done to it: SAID, SWAPPED, WRONG or ABSENT.

    `degrees`: latitude, longitude; `metres`: east, north; as texts, each pair as good as the other.
    """
    territoire = TERRITOIRES.get(departement, METROPOLE)
    found, word = None, ABSENT
    for pair, convert in ((degrees, _same), (metres, territoire.degrees)):
        numbers = _numbers(pair)
        if numbers is None or convert is None:
            continue
        found, word = _within(territoire, numbers, convert)
        if found:
            break
    return found, word


def _within(territoire: Territoire, pair: Degrees, convert) -> tuple[Degrees | None, str]:
    for numbers, word in ((pair, SAID), (pair[::-1], SWAPPED)):
        latitude, longitude = convert(*numbers)
        if territoire.holds(latitude, longitude):
            return (round(latitude, 6), round(longitude, 6)), word
    return None, WRONG


def _same(latitude: float, longitude: float) -> Degrees:
    return latitude, longitude


def _numbers(pair: tuple[str, str]) -> Degrees | None:
    """None when one of them is missing; what is no number is a wrong one."""
    if not all(pair) or pair in (("0", "0"), ("0.0", "0.0")):
        return None
    try:
        first, second = (float(one.replace(",", ".")) for one in pair)
    except ValueError:
        return math.nan, math.nan
    return (first, second) if abs(first) < 1e8 and abs(second) < 1e8 else (math.nan, math.nan)
