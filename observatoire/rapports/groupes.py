"""Groups of facts, who stands behind each figure, quantiles of delays: one reading, one sort (docs/adr/0077).

The inner statement is the ORM’s own; the outer one groups its rows, which PostgreSQL sorts by group and
person, so that distinct persons, and the smallest of their keys, are counted as they come.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import BooleanField, ExpressionWrapper, F, Q, QuerySet, Value

from observatoire.masquage.tableau import TEMOINS, Personnes

HOUR = 3600


@dataclass(frozen=True)
class Compte:
    """How many lines; those of a condition, among those of the column `de`. `personnes`: how many persons."""

    cle: str
    filtre: Q = field(default_factory=Q)
    de: str = ""
    personnes: bool = False


@dataclass(frozen=True)
class Part:
    cle: str
    de: str
    sur: str = ""
    parmi: tuple[str, ...] = ()


@dataclass(frozen=True)
class Quantile:
    """Of `delai`, a column in seconds, over the lines that the column `de` counts: the nearest rank, in whole
    hours gone by."""

    cle: str
    de: str
    delai: str
    rang: float = 0.5


Figure = Compte | Part | Quantile


def counted(
    rows: QuerySet, groupings: Sequence[Sequence[str]], figures: Sequence[Figure]
) -> Iterator[tuple[int, tuple[Any, ...], dict[str, Any]]]:
    """Of each way of grouping these rows, its number; of each of its groups, keys and columns.

    These are `n_` and `p_`, lines and persons of a count, `l_` and `t_`, their keys, `q_`, a quantile in
    seconds.
    """
    comptes = [one for one in figures if isinstance(one, Compte)]
    quantiles = [one for one in figures if isinstance(one, Quantile)]
    names = list(dict.fromkeys(name for grouping in groupings for name in grouping))
    hours = {f"h_{one.delai}": F(one.delai) / Value(HOUR) for one in quantiles}
    only = {f"si_{one.cle}": _is(one.filtre) for one in comptes if one.filtre}
    try:
        inner = rows.order_by().annotate(**hours, **only).values("personne", "ligne", *names, *hours, *only)
        sql, params = inner.query.sql_with_params()
    except EmptyResultSet:
        return
    kept = {one.cle: f"FILTER (WHERE si_{one.cle})" if one.filtre else "" for one in comptes}
    said = ", ".join(
        [*(_who(one, kept[one.cle]) for one in comptes), *(_rank(one, kept[one.de]) for one in quantiles)]
    )
    parts = (
        f"SELECT {n}, {', '.join(keys)}, {said} FROM lignes GROUP BY {', '.join(keys)}"  # noqa: S608 (ours)
        for n, keys in enumerate(groupings)
    )
    width = len(groupings[0])
    order = ", ".join(str(n + 1) for n in range(width + 1))
    # OFFSET 0: what a line is, subqueries among it, is worked out once, not again in each figure.
    statement = f"WITH lignes AS ({sql} OFFSET 0) {' UNION ALL '.join(parts)} ORDER BY {order}"
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        columns = [column.name for column in cursor.description][width + 1 :]
        for number, *row in cursor.fetchall():
            yield number, tuple(row[:width]), dict(zip(columns, row[width:], strict=True))


def persons(row: Mapping[str, Any], cle: str) -> Personnes:
    return Personnes.read(row[f"p_{cle}"], row[f"t_{cle}"], row[f"l_{cle}"])


def _is(condition: Q) -> ExpressionWrapper:
    return ExpressionWrapper(condition, output_field=BooleanField())


def _who(one: Compte, only: str) -> str:
    return (
        f"count({'DISTINCT personne' if one.personnes else '*'}) {only} AS n_{one.cle}, "
        f"count(DISTINCT personne) {only} AS p_{one.cle}, "
        f"(array_agg(DISTINCT personne) {only})[1:{TEMOINS}] AS t_{one.cle}, "
        f"sum(ligne) {only} AS l_{one.cle}"
    )


def _rank(one: Quantile, only: str) -> str:
    ranked = f"percentile_disc({one.rang!r}) WITHIN GROUP (ORDER BY h_{one.delai})"
    return f"{ranked} {only} * {HOUR} AS q_{one.cle}"
