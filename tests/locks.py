"""Which rows each transaction locks, in which order: that of `viatraj.core.locks`, or the test fails.

Explicit locks are read as PostgreSQL takes them, on every connection of the process: SELECT … FOR …,
UPDATE and DELETE, each with the keys of its rows (RETURNING is added where a statement says nothing).
Left out: the locks of foreign keys, which hinder nobody who keeps his key; those of triggers; rows that
the transaction inserted itself; rows that a test, and not the product, locks.
"""

import re
import sys
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from pathlib import Path

import psycopg
import pytest
from django.apps import apps
from django.db import connections, transaction
from django.db.backends.signals import connection_created

from viatraj.core import locks, saving

ROOT = Path(__file__).parents[1]
# Rows made for a test or a demonstration; a migration, which its owner runs with nobody at work.
NOT_THE_PRODUCT = (f"{ROOT}/tests/", f"{ROOT}/viatraj/demo/", f"{ROOT}/viatraj/core/management/")
HOMES = (__file__, saving.__file__)  # they lock what others ask them to
STATEMENT = re.compile(r'\s*(?:(UPDATE|INSERT INTO|DELETE FROM)\s+("?)(\w+)"?|SELECT\b)')
FOR = re.compile(r'\bFOR (NO KEY UPDATE|UPDATE|SHARE|KEY SHARE)\b(?: OF "?(\w+)"?)?(.*)')
FROM = re.compile(r'\bFROM "?(\w+)"?')
# Statements written by hand, whose rows are not read, and why.
BY_HAND = {
    "annuaire_activite": "two million rows, by one import at a time (an advisory lock)",
    "annuaire_patronyme": "its surnames, by the same import",
    "annuaire_localite": "its places, by the same import",
    **dict.fromkeys(
        ("annuaire_departement", "annuaire_epci", "annuaire_commune"),
        "the territory of a year, by one load at a time (an advisory lock)",
    ),
    "annuaire_arrivage": "added by one reception of the ROR at a time (an advisory lock), or too old",
    "annuaire_ressourcelue": "what one reception of the ROR at a time remembers (an advisory lock)",
    "annuaire_ecart": "compared with a whole FINESS, by one import at a time",
    "annuaire_communeancienne": "its former codes, by the same load",
    "annuaire_modification": "rows added only, by hand by the import of FINESS",
    "annuaire_etablissement": "held by ascending key before, by one import of FINESS at a time",
    "observatoire_mouvement": "taken by one run of the store at a time (an advisory lock)",
    "observatoire_faitdemande": "written by the same run",
    "observatoire_faitdossier": "written by the same run",
    "observatoire_cumul": "thrown away by the same run",
    "courrier_message": "a letter marked as sent: one row, in a transaction of its own",
}


@dataclass(frozen=True)
class Statement:
    """`verb` is the statement's first word."""

    verb: str
    table: str
    by_hand: bool = False
    with_key: bool = False
    waits: bool = True

    @classmethod
    def of(cls, sql) -> "Statement | None":
        """None for what locks no row of ours."""
        found = STATEMENT.match(sql) if isinstance(sql, str) else None
        if found and found[1]:
            waits = "SKIP LOCKED" not in sql
            one = cls(found[1].split()[0], found[3], by_hand=not found[2], waits=waits)
        elif found and (locking := FOR.search(sql, max(0, len(sql) - 200))):
            table, waits = locking[2] or FROM.search(sql)[1], "SKIP LOCKED" not in locking[3]
            one = cls("SELECT", table, with_key=locking[1] == "UPDATE", waits=waits)
        else:
            return None
        return one if one.table in keys() else None

    @property
    def key(self) -> str:
        return keys()[self.table]

    def telling(self, sql) -> str:
        """The same statement, which also answers with the keys of its rows."""
        silent = self.verb != "SELECT" and not self.by_hand and " RETURNING " not in sql
        return f'{sql} RETURNING "{self.table}"."{self.key}"' if silent else sql


@cache
def keys() -> dict[str, str]:
    """The key's column of each table; those with a key of several columns are only added to."""
    models = apps.get_models(include_auto_created=True)
    return {model._meta.db_table: model._meta.pk.column for model in models if model._meta.pk.column}


@cache
def referred_to() -> frozenset[str]:
    """Tables that others refer to: FOR UPDATE would make whoever adds such a row wait."""
    models = apps.get_models(include_auto_created=True)
    return frozenset(model._meta.db_table for model in models if model._meta.related_objects)


@dataclass
class Held:
    """What one transaction holds, and what it has inserted."""

    rows: dict = field(default_factory=dict)
    inserted: set = field(default_factory=set)

    def take(self, statement, pks) -> str:
        """What is wrong with it, in words; empty when nothing is."""
        table = statement.table
        new = [row for pk in pks if (row := (table, pk)) not in self.inserted and row not in self.rows]
        former = [max(self.rows, key=_rank)] if self.rows else []
        hangs = self._holds(locks.HANG_ON.get(table))
        self.rows |= dict.fromkeys(new)
        if not new:
            return ""
        if table not in locks.ORDER:
            return f"{table} has no place in viatraj.core.locks.ORDER"
        if hangs:  # whoever takes one of these rows waits for the row above them
            return _crossed(former and [(former[0][0], 0)], [(table, 0)])
        if len(new) > 1 and statement.verb != "SELECT":
            return f"{len(new)} rows of {table} are locked in whatever order they are found"
        return _crossed(former, new)

    def _holds(self, table) -> bool:
        return any(row[0] == table for row in (*self.rows, *self.inserted))


def _crossed(former, new) -> str:
    for before, row in pairwise([*former, *new]):
        if _rank(row) < _rank(before):
            return "{} {} is locked after {} {}".format(*row, *before)
    return ""


def _rank(row):
    table, pk = row
    return (locks.ORDER.index(table) if table in locks.ORDER else -1, pk)


class Recorder:
    def __init__(self):
        self.faults: list[str] = []

    def __call__(self, execute, sql, params, many, context):
        statement = None if many else Statement.of(sql)
        if statement is None:
            return execute(sql, params, many, context)
        result = execute(statement.telling(sql), params, many, context)
        if statement.with_key and statement.table in referred_to() - set(locks.HELD_STILL):
            self._tell(f"{statement.table} is locked with its key: say no_key=True")
        if not statement.by_hand:
            self._note(statement, context)
        elif statement.table not in BY_HAND:
            self._tell(f"{statement.table} is written by hand, and has no line in tests.locks.BY_HAND")
        return result

    def _note(self, statement, context):
        pks, held = _column(context["cursor"].cursor, statement.key), _held(context["connection"])
        if statement.verb == "INSERT":
            held.inserted.update((statement.table, pk) for pk in pks)
        elif (wrong := held.take(statement, pks)) and statement.waits:
            self._tell(wrong)

    def _tell(self, wrong):
        if place := _product_line():
            self.faults.append(f"{place}: {wrong}")


def _column(cursor, key) -> list:
    """Its values in all rows; the cursor is put back to the first."""
    if isinstance(cursor, psycopg.ServerCursor):
        raise TypeError("A server-side cursor takes its locks later than it says: use a list.")
    answered = cursor.pgresult  # its `description` would make an object of each column
    names = [answered.fname(number) for number in range(answered.nfields)] if answered else []
    place = next((names.index(name) for name in (key.encode(), b"pk") if name in names), None)
    if place is None:
        return []
    values = [row[place] for row in cursor.fetchall()]
    if values:
        cursor.scroll(0, mode="absolute")
    return values


def _held(connection) -> Held:
    """Of the transaction under way; a statement outside any is one by itself."""
    known = connection.__dict__
    return known["held"] if known.get("kept") else Held()


def _product_line() -> str:
    """Where the product asked for it; empty when a test, or the demonstration's data, did."""
    frame = sys._getframe(2)
    while frame:
        path = frame.f_code.co_filename
        if path.startswith(f"{ROOT}/") and "/.venv/" not in path and path not in HOMES:
            place = f"{path.removeprefix(f'{ROOT}/')}:{frame.f_lineno}"
            return "" if path.startswith(NOT_THE_PRODUCT) else place
        frame = frame.f_back
    return ""


def _enter(atomic, enter):
    """The transaction that a TestCase opens around a test is none of the product's."""
    enter(atomic)
    if atomic._from_testcase:
        return
    known = connections[atomic.using or "default"].__dict__
    if not known.setdefault("kept", []):
        known["held"] = Held()
    known["kept"].append(dict(known["held"].rows))


def _leave(atomic, leave, exc_type, exc_value, traceback):
    connection = connections[atomic.using or "default"]
    undone = exc_type is not None or connection.needs_rollback
    try:
        return leave(atomic, exc_type, exc_value, traceback)
    finally:
        if not atomic._from_testcase:
            before = connection.__dict__["kept"].pop()
            if undone:  # PostgreSQL gives back what a savepoint took
                connection.__dict__["held"].rows = before


@pytest.fixture(autouse=True, scope="session")
def lock_recorder():
    recorder = Recorder()

    def listen(connection, **_):
        if recorder not in connection.execute_wrappers:
            connection.execute_wrappers.append(recorder)

    enter, leave = transaction.Atomic.__enter__, transaction.Atomic.__exit__
    connection_created.connect(listen, weak=False)
    for connection in connections.all(initialized_only=True):
        listen(connection)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(transaction.Atomic, "__enter__", lambda atomic: _enter(atomic, enter))
        patch.setattr(transaction.Atomic, "__exit__", lambda atomic, *error: _leave(atomic, leave, *error))
        yield recorder
    connection_created.disconnect(listen)


@pytest.fixture(autouse=True)
def locks_in_order(lock_recorder):
    lock_recorder.faults.clear()
    yield lock_recorder
    if faults := list(dict.fromkeys(lock_recorder.faults)):
        pytest.fail("\n".join(["Rows are locked out of order (viatraj.core.locks):", *faults]), pytrace=False)
