"""Groups of facts, and who stands behind each figure: persons are gathered first, so that nothing is sorted.

The inner statement is the ORM’s own; the outer one counts its rows, which are one a group and a person.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Count, DecimalField, Q, QuerySet, Sum

from observatoire.masquage.tableau import TEMOINS, Personnes

LARGE = DecimalField(max_digits=30, decimal_places=0)  # a sum of keys of 64 bits: as PostgreSQL gives it


@dataclass(frozen=True)
class Compte:
    """How many lines; those of a condition, among those of the column `de`. `compte`: distinct, of what."""

    cle: str
    filtre: Q = field(default_factory=Q)
    de: str = ""
    compte: str = "pk"


@dataclass(frozen=True)
class Part:
    cle: str
    de: str
    sur: str = ""
    parmi: tuple[str, ...] = ()


@dataclass(frozen=True)
class Quantile:
    """Of `delai`, a column in seconds, over the lines that the column `de` counts."""

    cle: str
    de: str
    delai: str
    rang: float = 0.5


Figure = Compte | Part | Quantile


def counted(rows: QuerySet, names: Sequence[str], comptes: Sequence[Compte]) -> Iterator[dict[str, Any]]:
    """Of each group: lines, distinct persons, the smallest of their keys, the sum of those of the lines."""
    inner = rows.values(*names, "personne").annotate(**_of_a_person(comptes)).order_by()
    try:
        sql, params = inner.query.sql_with_params()
    except EmptyResultSet:
        return
    keys = ", ".join(f"one.{name}" for name in names)
    figures = ", ".join(_of_a_group(one.cle) for one in comptes)
    statement = f"SELECT {keys}, {figures} FROM ({sql}) one GROUP BY {keys} ORDER BY {keys}"  # noqa: S608 (ours)
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        columns = [column.name for column in cursor.description]
        for row in cursor.fetchall():
            yield dict(zip(columns, row, strict=True))


def persons(row: Mapping[str, Any], cle: str) -> Personnes:
    return Personnes.read(row[f"p_{cle}"], row[f"t_{cle}"], row[f"l_{cle}"])


def _of_a_person(comptes: Sequence[Compte]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for one in comptes:
        only = {"filter": one.filtre} if one.filtre else {}
        found[f"n_{one.cle}"] = Count(one.compte, distinct=one.compte != "pk", **only)
        found[f"l_{one.cle}"] = Sum("ligne", output_field=LARGE, **only)
    return found


def _of_a_group(cle: str) -> str:
    counted = f"FILTER (WHERE one.n_{cle} > 0)"
    return (
        f"sum(one.n_{cle})::bigint AS n_{cle}, count(*) {counted} AS p_{cle}, "
        f"(array_agg(one.personne ORDER BY one.personne) {counted})[1:{TEMOINS}] AS t_{cle}, "
        f"sum(one.l_{cle}) AS l_{cle}"
    )
