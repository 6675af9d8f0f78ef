"""Plans of PostgreSQL, whatever the tables have held before."""

from django.conf import settings
from django.db import connection

FORGET = """
    SELECT pg_clear_relation_stats('public', relname) FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'i') AND reltuples >= 0"""
VISIBLE = """
    SELECT pg_restore_relation_stats('schemaname', 'public', 'relname', relname::text, 'relallvisible', 1000)
    FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relallvisible <> 1000"""


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

    What a test has written itself is then reckoned by the size of its tables, of which all is visible, as of
    tables that are vacuumed: an index alone is better even when it is swollen by rows that were rolled back.
    By the owner, who is not within the test's transaction: the application may not ANALYZE.
    """
    owner = connection.copy()
    owner.settings_dict |= {**settings.DATABASE_OWNER, "NAME": connection.settings_dict["NAME"]}
    try:
        with owner.cursor() as cursor:
            cursor.execute(FORGET)
            cursor.execute(VISIBLE)
    finally:
        owner.close()
