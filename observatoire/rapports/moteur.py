"""How facts become figures (docs/adr/0077): exact counts, exact quantiles of delays in whole hours.

A quantile is the nearest rank: the smallest delay such that at least this share of the delays is no longer.
Delays are counted by whole hours gone by, so that the database sorts nothing: it counts how many lasted each
number of hours. They run day and night, Sundays and holidays too.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from math import ceil
from typing import Any

from django.db.models import (
    Count,
    ExpressionWrapper,
    F,
    Func,
    IntegerField,
    Q,
    QuerySet,
    TextField,
    Value,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, TruncDate, TruncMonth

from demandes.calendrier import PARIS
from observatoire.masquage.regles import periode
from observatoire.masquage.tableau import Mesure, Nature, Rangee, Tableau
from observatoire.perimetres import Perimetre
from observatoire.rapports import groupes
from observatoire.rapports.base import Cadre
from observatoire.rapports.groupes import Compte, Figure, Part, Quantile
from observatoire.rapports.tables import shared
from viatraj.core.droits import Niveau

HOUR = 3600
ALORS = "alors"
# What figures of a place are grouped by: one’s own by unit, a territory’s by what is just below it.
GRILLE = {
    Niveau.UNITE: "unite",
    Niveau.ETABLISSEMENT: "unite",
    Niveau.COORDINATION: "etablissement",
    Niveau.REGION: "coordination",
    Niveau.NATIONAL: "region",
}


class MoisEcrit(Func):
    """«2026-03» of an instant, in Paris; of a date, as it is."""

    function = "to_char"
    output_field = TextField()
    template = "%(function)s(%(expressions)s, 'YYYY-MM')"


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


def living_at(instant: datetime) -> Q:
    """Those that may be told of by their stretches: whatever has ended for good by then is left out."""
    return Q(Q(close_at=None) | Q(close_at__gt=instant), premier_envoi_at__lt=instant)


def mois(column: str) -> MoisEcrit:
    return MoisEcrit(TruncMonth(column, tzinfo=PARIS))


def mois_of_day(column: str) -> MoisEcrit:
    return MoisEcrit(F(column))


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
    """One statement for counts, one more for each delay; a row for each group that has a line."""
    names = {f"cle_{name}": _expression(said) for name, said in dimensions.items()}
    named = rows.order_by().annotate(**names)
    comptes = [one for one in figures if isinstance(one, Compte)]
    counts = {_key(row, names): row for row in groupes.counted(named, tuple(names), comptes)}
    histograms = _histograms(
        named.values(*names), names, comptes, [one for one in figures if isinstance(one, Quantile)]
    )
    rangees = []
    for key, row in counts.items():
        read = {one.cle: groupes.persons(row, one.cle) for one in comptes}
        valeurs, personnes = [], []
        for one in figures:
            match one:
                case Compte():
                    valeurs.append(row[f"n_{one.cle}"])
                    personnes.append(read[one.cle])
                case Part():
                    valeurs.append(None)
                    personnes.append(read[one.de])
                case Quantile():
                    valeurs.append(nearest_rank(histograms[one.delai, one.de].get(key, []), one.rang))
                    personnes.append(read[one.de])
        rangees.append(Rangee(key, tuple(valeurs), tuple(personnes)))
    mesures = tuple(map(_mesure, figures))
    return shared(Tableau(population, tuple(dimensions), mesures, tuple(rangees), known, poids))


def nearest_rank(histogram: Sequence[tuple[int, int]], rang: float) -> int | None:
    """Of hours in ascending order with how many lasted so; in seconds."""
    wanted = ceil(rang * sum(many for _, many in histogram))
    for hours, many in histogram:
        wanted -= many
        if wanted <= 0:
            return hours * HOUR
    return None


def _expression(said: Combinable | str) -> Combinable:
    return F(said) if isinstance(said, str) else said


def _key(row: Mapping[str, Any], names: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(None if row[name] == "" else row[name] for name in names)


def _histograms(
    grouped: QuerySet, names: Mapping[str, Any], comptes: Sequence[Compte], quantiles: Sequence[Quantile]
) -> dict[tuple[str, str], dict[tuple[Any, ...], list[tuple[int, int]]]]:
    """By delay and column: of each group, how many lasted each number of whole hours, in ascending order."""
    conditions = {one.cle: one.filtre for one in comptes}
    found: dict[tuple[str, str], dict[tuple[Any, ...], list[tuple[int, int]]]] = {}
    for delai, de in dict.fromkeys((one.delai, one.de) for one in quantiles):
        by_key = found[delai, de] = defaultdict(list)
        counted = grouped.filter(conditions[de], **{f"{delai}__isnull": False})
        hours = counted.annotate(heures=F(delai) / Value(HOUR)).values(*names, "heures")
        for row in hours.annotate(many=Count("pk")).order_by(*names, "heures").iterator():
            by_key[_key(row, names)].append((row["heures"], row["many"]))
    return found


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
