"""Periods of validity: two dates in forms, one daterange in queries and constraints."""

import calendar
from datetime import date

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Least

REVERSED = "La date de fin précède la date de début."


def add_months(day: date, months: int) -> date:
    """31 August + 6 months = the last of February."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def months_between(start: date, end: date) -> int:
    """Whole months, as `add_months` counts them."""
    months = (end.year - start.year) * 12 + end.month - start.month
    return months if add_months(start, months) <= end else months - 1


class InclusiveDateRange(Func):
    function = "daterange"
    output_field = DateRangeField()

    def __init__(self, *args, **kwargs):
        # PostgreSQL refuses a reversed range before debut_before_fin gets to speak.
        super().__init__(Least("debut", "fin"), F("fin"), Value("[]"))


class PeriodeQuerySet(models.QuerySet):
    def valid_on(self, day: date):
        return self.filter(periode__contains=day)


class Periode(models.Model):
    """Valid from `debut` to `fin`, both included."""

    debut = models.DateField("début")
    fin = models.DateField("fin")
    periode = models.GeneratedField(
        expression=InclusiveDateRange(), output_field=DateRangeField(), db_persist=True
    )

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_debut_before_fin",
                condition=Q(debut__lte=F("fin")),
                violation_error_code="fin",
                violation_error_message=REVERSED,
            )
        ]


def no_overlap(*fields, name: str, code: str, message: str, condition: Q | None = None):
    """Refuses two rows with the same `fields` on overlapping days.

    The fields come before the period in its index: most periods are alike, and an index that begins with
    them takes minutes to build for 100,000 rows.
    """
    return ExclusionConstraint(
        name=name,
        expressions=[
            *((field, RangeOperators.EQUAL) for field in fields),
            ("periode", RangeOperators.OVERLAPS),
        ],
        condition=condition,
        violation_error_code=code,
        violation_error_message=message,
    )
