"""Statements that every page, or every search, pays for: written by hand, planned once a connection."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection
from psycopg import Cursor


def rows(sql: str, known: Mapping[str, Any]) -> Sequence[tuple[Any, ...]]:
    """All rows. psycopg's own cursor: Django's binds on our side, which PostgreSQL then plans each time."""
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    with connection.wrap_database_errors, Cursor(connection.connection) as cursor:
        return cursor.execute(sql.encode(), known, prepare=True).fetchall()
