"""Plans of PostgreSQL, whatever the tables have held before."""

from contextlib import suppress

from django.conf import settings
from django.db import OperationalError, connection

FORGET = """
    SELECT pg_clear_relation_stats('public', relname) FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'i') AND reltuples >= 0"""
SWOLLEN = """
    SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'i'
    AND pg_relation_size(oid) >= 4 * 8192"""
HELD = set()  # indexes that are as large when they are made anew: their tables have rows


def as_if_rows_were_many(*avoided: str):
    """Over a few rows PostgreSQL reads and sorts them all; kept from it until the end of the test, it shows
    whether indexes alone would do. `avoided`: "seqscan", "bitmapscan", "sort"."""
    forget_counts()
    with connection.cursor() as cursor:
        for kind in avoided:
            cursor.execute(f"SET LOCAL enable_{kind} = off")


def of(asked: str, known=None) -> str:
    """The plan of a statement."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {asked}", known)
        return "\n".join(line for (line,) in cursor.fetchall())


def forget_counts():
    """As after `migrate`: where VACUUM has counted no row, any index is as cheap as the right one.

    What a test has written itself is then reckoned by the size of its tables. Nor does an index cost more for
    the rows that were rolled back there; one of a table that this test has written to is left as it is.
    By the owner, who is not within the test's transaction: the application may not ANALYZE.
    """
    owner = connection.copy()
    owner.settings_dict |= {**settings.DATABASE_OWNER, "NAME": connection.settings_dict["NAME"]}
    try:
        with owner.cursor() as cursor:
            cursor.execute(FORGET)
            _make_anew(cursor)
    finally:
        owner.close()


def _make_anew(cursor):
    cursor.execute("SET lock_timeout = '100ms'")
    made = set()
    for name in _swollen(cursor) - HELD:
        with suppress(OperationalError):
            cursor.execute(f'REINDEX INDEX "{name}"')
            made.add(name)
    HELD.update(made & _swollen(cursor))


def _swollen(cursor):
    cursor.execute(SWOLLEN)
    return {name for (name,) in cursor.fetchall()}
