"""Positions in degrees (WGS84), and the only distance between two of them (docs/adr/0060).

A box on two columns, which an index answers, then the great circle (`annuaire_distance_km`, in SQL).
"""

import math
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import F, Func, Q, Value

DEGREE = 111.19  # km of a meridian
POLE = 89.0


@dataclass(frozen=True)
class Position:
    latitude: float
    longitude: float

    def box(self, km: float) -> tuple[float, float, float, float]:
        """South, north, west, east of all that lies within; west and east may pass 180."""
        height = km / DEGREE
        farthest = min(abs(self.latitude) + height, POLE)
        width = min(height / math.cos(math.radians(farthest)), 180.0)
        return (
            self.latitude - height,
            self.latitude + height,
            self.longitude - width,
            self.longitude + width,
        )

    def longitudes(self, km: float) -> list[tuple[float, float]]:
        """West and east of the box as longitudes are written: two ranges where it passes 180."""
        _, _, west, east = self.box(km)
        turned = [360] * (west < -180) + [-360] * (east > 180)
        return [(west + turn, east + turn) for turn in (0, *turned)]


class DistanceKm(Func):
    """To the position of a row; NULL when it has none. `at` leads to the row: «etablissement__»."""

    function = "annuaire_distance_km"
    output_field = models.FloatField()

    def __init__(self, position: Position, at: str = "", **extra: Any):
        number = models.FloatField()
        super().__init__(
            F(f"{at}latitude"),
            F(f"{at}longitude"),
            Value(position.latitude, output_field=number),
            Value(position.longitude, output_field=number),
            **extra,
        )


def in_box(position: Position, km: float, at: str = "") -> Q:
    """All that lies within, and some that do not: what an index can say."""
    south, north, _, _ = position.box(km)
    around = Q()
    for one in position.longitudes(km):
        around |= Q(**{f"{at}longitude__range": one})
    return Q(**{f"{at}latitude__range": (south, north)}) & around


class PositionneQuerySet(models.QuerySet):
    """Of rows that have a position, or, `at`, hang on one that has."""

    def near(self, position: Position, *, km: float, at: str = ""):
        """Within `km`, with `distance`, the nearest first."""
        found = self.filter(in_box(position, km, at)).annotate(distance=DistanceKm(position, at))
        return found.filter(distance__lte=km).order_by("distance", "pk")


class Positionne(models.Model):
    """A place on Earth, or none."""

    latitude = models.FloatField("latitude", null=True, blank=True)
    longitude = models.FloatField("longitude", null=True, blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_position",
                condition=Q(latitude=None, longitude=None)
                | Q(
                    latitude__isnull=False,
                    longitude__isnull=False,
                    latitude__range=(-90, 90),
                    longitude__range=(-180, 180),
                ),
                violation_error_code="latitude",
                violation_error_message="Une latitude va de -90 à 90, avec une longitude, de -180 à 180.",
            ),
        ]

    @property
    def position(self) -> Position | None:
        if self.latitude is None or self.longitude is None:
            return None
        return Position(self.latitude, self.longitude)
