"""Statements that the ORM writes once a process, asked each time of something else (docs/adr/0082).

    @kept
    def _volets(*, dossier, now):
        return Volet.objects.filter(dossier=dossier, at__lte=now)

    _volets(dossier=dossier.pk, now=now)  # a list of Volet, by a prepared statement

What is asked by name comes to the function as `Asked`, which it may only compare in SQL: no text holds
anything of anybody. What comes by position decides the text, and is kept with it: words of the code, never a
row, a right or a date. Nothing else may decide it; a test writes each statement anew whenever the suite asks
it (`tests.kept`).
"""

from collections.abc import Callable, Collection, Iterable
from copy import copy
from functools import lru_cache
from typing import Any, ClassVar

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import BooleanField, Expression, Field, Func, QuerySet, prefetch_related_objects
from psycopg.sql import Literal

from viatraj.core import prepared
from viatraj.core.actor import Actor, Grant, Rights

MANY = 500  # texts of one function, of those asked last
FEW = 20  # values of one text: who holds more places than that has it written each time
# In the place of a place: no row has such a number, so that one left behind in a text finds nobody.
PLACES = range(2**62, 2**62 + 1_000_000)


class Asked(Expression):
    """Stands in a queryset for a value that comes later."""

    def __init__(self, name: str, output_field: Field | None = None):
        super().__init__(output_field=output_field)
        self.name = name

    def as_sql(self, compiler, connection):
        return "%s", [self]


class Among(Func):
    """`a = ANY (array)`: of several values that come later; of a sub-query, its array is made once."""

    template, arg_joiner = "%(expressions)s)", " = ANY ("
    output_field = BooleanField()


class Statement:
    """A queryset as SQL, and how its rows are read. `sql` is empty where no row can be found."""

    def __init__(self, rows: Any):
        self.rows = rows
        self.compiler = self.rows.query.get_compiler(using=self.rows.db)
        try:
            self.sql = text(*self.compiler.as_sql())
        except EmptyResultSet:
            self.sql = ""

    def ask(self, asked: dict[str, Any]) -> list[Any]:
        if not self.sql:
            return []
        found = list(self.rows._iterable_class(_Found(self, prepared.rows(self.sql, asked))))
        prefetch_related_objects(found, *self.rows._prefetch_related_lookups)
        return found


def text(sql: str, values: Iterable[Any]) -> str:
    """With the constants written in it, so that partial indexes are seen, and what is asked by its names."""
    return sql.replace("%%", "%%%%") % tuple(_written(one) for one in values)


def _written(value: Any) -> str:
    if isinstance(value, Asked):
        return f"%({value.name})s"
    if isinstance(value, int) and value in PLACES:
        return f"%(lieu{PLACES.index(value)})s"
    connection.ensure_connection()
    return Literal(value).as_string(connection.connection).replace("%", "%%")


class _Found:
    """The queryset whose rows are there, as far as Django's readers of rows look at it."""

    _known_related_objects: dict[Any, Any] = {}

    def __init__(self, statement: Statement, found: Iterable[tuple]):
        self.db, self.model, self.query = statement.rows.db, statement.rows.model, self
        self._fields = statement.rows._fields
        self._compiler: Any = copy(statement.compiler)
        self._compiler.connection = connection  # of this thread
        self._compiler.execute_sql = lambda *args, **known: [found]

    def get_compiler(self, *args: Any, **known: Any) -> Any:
        return self._compiler


def standing_for(actor: Actor, *droits: str) -> tuple[Actor, dict[str, int]]:
    """Who holds as much of these rights, at places that come later; and the places.

    Texts that a right decides are as many as there are sets of rights: of these alone, wherever.
    """
    held = [one for one in actor.rights.grants if one.droit in droits]
    places = sorted({(one.niveau, one.lieu_id) for one in held if one.lieu_id is not None})
    ranks: dict[tuple[str, int | None], int] = {place: rank for rank, place in enumerate(places)}
    rights = frozenset(
        (one.droit, one.mode, one.domaine, one.niveau, ranks.get((one.niveau, one.lieu_id))) for one in held
    )
    return _standing(rights), {f"lieu{number}": lieu for number, (_, lieu) in enumerate(places)}


@lru_cache(maxsize=MANY)
def _standing(rights: frozenset[tuple[str, str, str, str, int | None]]) -> Actor:
    grants = (
        Grant(droit, mode, domaine, niveau, None if rank is None else PLACES[rank])
        for droit, mode, domaine, niveau, rank in rights
    )
    return Actor(user=None, rights=Rights(frozenset(grants)))


class kept:  # noqa: N801, a decorator
    """Makes of a function that writes a queryset one that gives the rows. `write` is still the function."""

    every: ClassVar[list["kept"]] = []

    def __init__(self, write: Callable[..., QuerySet]):
        self.write = write
        self._kept = lru_cache(maxsize=MANY)(self._written)
        self.forget = self._kept.cache_clear
        self.every.append(self)

    def __call__(self, *shape: Any, **asked: Any) -> list[Any]:
        return self.statement(shape, asked).ask(asked)

    def statement(self, shape: tuple, names: Collection[str]) -> Statement:
        write = self._kept if len(names) <= FEW else self._written
        return write(shape, tuple(names))

    def sql(self, *shape: Any, names: Collection[str]) -> str:
        """The text alone, for a statement by hand that goes round it."""
        return self.statement(shape, names).sql

    def _written(self, shape: tuple, names: tuple[str, ...]) -> Statement:
        return Statement(self.write(*shape, **{name: Asked(name) for name in names}))
