"""How the tables are emptied after a test that commits."""

from functools import cache

from django.db import connection

from viatraj.core import roles

# Made by `migrate`, told by no test.
KEPT = {"auth_permission", "django_content_type", "django_migrations"}


def empty_tables():
    """By the owner, all our rows go; sequences run on, as after Django's own flush.

    Whoever still writes is waited for. Rows are few: deleting them costs less than new files for each table.
    Triggers rest meanwhile: foreign keys would want an order, the journal refuses.
    """
    with roles.as_owner(), connection.cursor() as cursor:
        cursor.execute(_statements())


@cache
def _statements() -> str:
    found = connection.introspection.django_table_names(only_existing=True, include_views=False)
    tables = [connection.ops.quote_name(name) for name in sorted({*found} - KEPT)]
    return "; ".join(
        (
            "BEGIN",
            "SET LOCAL session_replication_role = replica",
            f"LOCK TABLE {', '.join(tables)} IN SHARE ROW EXCLUSIVE MODE",
            *(f"DELETE FROM {table}" for table in tables),
            "COMMIT",
        )
    )
