"""How facts become figures (docs/adr/0077): exact counts, exact quantiles of delays in whole hours.

A quantile is the nearest rank: the smallest delay such that at least this share of the delays is no longer.
Delays are whole hours gone by; they run day and night, Sundays and holidays too.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import ExpressionWrapper, F, Func, IntegerField, Q, QuerySet, TextField, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, TruncDate

from demandes.calendrier import PARIS
from observatoire.masquage.regles import periode
from observatoire.masquage.tableau import Mesure, Nature, Personnes, Rangee, Tableau
from observatoire.perimetres import Perimetre
from observatoire.rapports import groupes
from observatoire.rapports.base import Cadre
from observatoire.rapports.groupes import Compte, Figure, Part, Quantile
from observatoire.rapports.tables import shared
from viatraj.core.droits import Niveau
from viatraj.core.periods import add_months

ALORS = "alors"
# What figures of a place are grouped by: one’s own by unit, a territory’s by what is just below it.
GRILLE = {
    Niveau.UNITE: "unite",
    Niveau.ETABLISSEMENT: "unite",
    Niveau.COORDINATION: "etablissement",
    Niveau.REGION: "coordination",
    Niveau.NATIONAL: "region",
}


class Tranche(Func):
    """Of a moment, a day or a number, the name of the span that it is in; `bounds` are where these begin."""

    output_field = TextField()

    def __init__(self, column: Combinable | str, names: Sequence[str], bounds: Sequence[Any]):
        super().__init__(column)
        self.names, self.bounds = list(names), list(bounds)

    def as_sql(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, list[Any]]:
        column, params = compiler.compile(self.source_expressions[0])
        return f"(%s::text[])[width_bucket({column}, %s)]", [self.names, *params, self.bounds]


class Seconds(Func):
    """Whole ones, from an instant to another, never below nothing; none where one is missing."""

    output_field = IntegerField()

    def as_sql(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, list[Any]]:
        (since, before), (until, after) = (compiler.compile(one) for one in self.source_expressions)
        waited = f"floor(extract(epoch FROM {until} - {since}))::int"
        sql = f"CASE WHEN {until} >= {since} THEN {waited} WHEN {until} < {since} THEN 0 END"
        return sql, [*after, *before] * 3


def quartiles(prefix: str, de: str, delai: str) -> tuple[Quantile, ...]:
    """Q1, median, Q3, and the ninth decile."""
    ranks = (("p25", 0.25), ("mediane", 0.5), ("p75", 0.75), ("p90", 0.9))
    return tuple(Quantile(f"{prefix}{name}", de, delai, rank) for name, rank in ranks)


def midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, PARIS)


def during(cadre: Cadre, column: str) -> Q:
    """Both days included, from midnight to midnight in Paris."""
    bounds = {
        f"{column}__gte": midnight(cadre.debut),
        f"{column}__lt": midnight(cadre.fin + timedelta(days=1)),
    }
    return Q(**bounds)


def on_days(cadre: Cadre, column: str) -> Q:
    return Q(**{f"{column}__range": (cadre.debut, cadre.fin)})


def instant_of(cadre: Cadre) -> datetime:
    """Of a photograph: the end of its day, now if that is not over."""
    return min(midnight(cadre.fin + timedelta(days=1)), cadre.now)


def sought_at(instant: datetime) -> Q:
    """What was sought for then; whatever has ended for good by then is left out. An index knows from when to
    when.
    """
    ended = Q(close_at=None) | Q(close_at__gt=instant)
    lasts = Q(recherchee__fin=None) | Q(recherchee__fin__gt=instant)
    return Q(ended, lasts, recherchee__debut__lte=instant, recherchee__au=instant)


def mois(cadre: Cadre, column: str) -> Combinable:
    """«2026-03» of an instant of these days, in Paris: looked up, which costs less than to work it out."""
    return _mois(cadre, column, midnight)


def mois_of_day(cadre: Cadre, column: str) -> Combinable:
    """The same, of a date."""
    return _mois(cadre, column, lambda day: day)


def months(debut: date, fin: date) -> list[date]:
    """The first day of each that they touch."""
    found = [debut.replace(day=1)]
    while (one := add_months(found[-1], 1)) <= fin:
        found.append(one)
    return found


def _mois(cadre: Cadre, column: str, starts: Callable[[date], date]) -> Combinable:
    known = months(cadre.debut, cadre.fin)
    names = [f"{one:%Y-%m}" for one in known]
    return Tranche(column, names, list(map(starts, known))) if len(known) > 1 else Value(names[0])


SECONDS = IntegerField()


def seconds(since: Combinable | str, until: Combinable | str) -> Func:
    return Seconds(since, until)


def jour(column: str) -> TruncDate:
    """The day of an instant, in Paris."""
    return TruncDate(column, tzinfo=PARIS)


def text(column: str) -> Coalesce:
    """Of another row: none, or one that says nothing, is the same."""
    return Coalesce(column, Value(""), output_field=TextField())


def whole(number: Combinable, size: int) -> Combinable:
    """How many times `size` it holds."""
    return ExpressionWrapper(number / Value(size), output_field=IntegerField())


def at_places(perimetre: Perimetre, prefix: str = "") -> Q:
    """Today’s places: what moved, merged or was followed is where it lies now."""
    if perimetre.national:
        return Q()
    rule = Q(pk__in=[])
    for niveau, ids in perimetre.ids.items():
        if ids:
            rule |= Q(**{f"{prefix}{niveau.value}__in": ids})
    return rule


def grain(perimetre: Perimetre) -> str:
    """The one place that rows are grouped by; of no place, as of all."""
    return GRILLE[next(iter(perimetre.niveaux), Niveau.NATIONAL)]


def unite_of(cadre: Cadre, lieu: str) -> str:
    """The column that a place is read of: of one’s own units, where they lay then if that is chosen."""
    return f"alors_{lieu}" if lieu == "unite" and ALORS in cadre.choisis("structures") else lieu


def poids(lieu: str) -> int:
    """How many demandes of one person often lie at one such place."""
    return 3 if lieu in ("coordination", "region") else 1


def fixe(cadre: Cadre, *, is_monthly: bool) -> tuple[tuple[str, Any], ...]:
    """What is true of every line of a table: where, when if no row says it, each criterion of one value."""
    held = cadre.perimetre
    known: list[tuple[str, Any]] = [
        (niveau.value, ids[0]) for niveau, ids in held.ids.items() if len(ids) == 1
    ]
    if not is_monthly:
        known.append(periode(cadre.debut, cadre.fin))
    known += [(name, ", ".join(sorted(values))) for name, values in cadre.criteres.items() if values]
    return tuple(known)


def tableau(
    rows: QuerySet,
    population: str,
    dimensions: Mapping[str, Combinable | str],
    figures: Sequence[Figure],
    *,
    known: tuple[tuple[str, Any], ...] = (),
    poids: int = 1,
) -> Tableau:
    """A row for each group that has a line."""
    return tableaux(rows, population, [dimensions], figures, known=known, poids=poids)[0]


def tableaux(
    rows: QuerySet,
    population: str,
    groupings: Sequence[Mapping[str, Combinable | str]],
    figures: Sequence[Figure],
    *,
    known: tuple[tuple[str, Any], ...] = (),
    poids: int = 1,
) -> list[Tableau]:
    """A table each, of as many dimensions; the rows are read once."""
    names = [{name: f"cle_{n}_{name}" for name in one} for n, one in enumerate(groupings)]
    said = {
        names[n][name]: _expression(one) for n, each in enumerate(groupings) for name, one in each.items()
    }
    found: list[list[Rangee]] = [[] for _ in groupings]
    for number, key, row in groupes.counted(
        rows.order_by().annotate(**said), [list(one.values()) for one in names], figures
    ):
        cles = tuple(None if one == "" else one for one in key)
        figured = [_figure(one, row) for one in figures]
        found[number].append(
            Rangee(cles, tuple(value for value, _ in figured), tuple(who for _, who in figured))
        )
    mesures = tuple(map(_mesure, figures))
    return [
        shared(Tableau(population, tuple(one), mesures, tuple(rangees), known, poids))
        for one, rangees in zip(groupings, found, strict=True)
    ]


def _figure(one: Figure, row: Mapping[str, Any]) -> tuple[Any, Personnes]:
    """A share is worked out of the whole table."""
    match one:
        case Compte():
            return row[f"n_{one.cle}"], groupes.persons(row, one.cle)
        case Part():
            return None, groupes.persons(row, one.de)
        case Quantile():
            return row[f"q_{one.cle}"], groupes.persons(row, one.de)


def _expression(said: Combinable | str) -> Combinable:
    return F(said) if isinstance(said, str) else said


def _mesure(figure: Figure) -> Mesure:
    match figure:
        case Compte():
            return Mesure(figure.cle, de=figure.de)
        case Part():
            return Mesure(figure.cle, Nature.PART, figure.de, sur=figure.sur, parmi=figure.parmi)
        case Quantile():
            return Mesure(figure.cle, Nature.QUANTILE, figure.de, figure.rang)


def lines(rows: QuerySet, columns: Sequence[str | Combinable]) -> Iterator[tuple[Any, ...]]:
    """As a stream: the server keeps what is not read yet."""
    named = {f"c{n}": one for n, one in enumerate(columns) if not isinstance(one, str)}
    words = [one if isinstance(one, str) else f"c{n}" for n, one in enumerate(columns)]
    return rows.annotate(**named).values_list(*words).iterator(chunk_size=5000)
