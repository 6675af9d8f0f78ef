"""SQL by hand for what every page asks: prepared, so planned once per connection (docs/adr/0035)."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from django.db import connection
from psycopg import ClientCursor, Cursor

Asked = tuple[str, Mapping[str, Any]]  # a statement and what it is asked with


def rows(sql: str, parameters: Mapping[str, Any]) -> Sequence[tuple[Any, ...]]:
    """All rows. By psycopg's cursor: Django's writes values into the SQL, so nothing stays prepared."""
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    with connection.wrap_database_errors, Cursor(connection.connection) as cursor:
        _watched(partial(_execute, cursor), cursor)(sql, parameters)
        return cursor.fetchall()


def values(asked: Mapping[str, Asked]) -> dict[str, Any]:
    """One value of each statement, by its name, asked at once; what two of them call alike is the same."""
    if not asked:
        return {}
    known: dict[str, Any] = {}
    for _, parameters in asked.values():
        if any(known.get(name, value) != value for name, value in parameters.items()):
            raise ValueError("two statements call two things by one name")
        known.update(parameters)
    (found,) = rows("SELECT " + ", ".join(f"({sql})" for sql, _ in asked.values()), known)
    return dict(zip(asked, found, strict=True))


def _execute(cursor, sql, parameters, *_):
    return cursor.execute(sql.encode(), parameters, prepare=True)


def _watched(execute, cursor):
    """Passes through Django's execute wrappers and query log, so that tests see these statements too."""
    context = {"connection": connection, "cursor": cursor}
    for wrapper in reversed(connection.execute_wrappers):
        execute = partial(wrapper, execute)

    def told(sql, parameters):
        if connection.queries_logged:
            with ClientCursor(connection.connection) as writer:
                connection.queries_log.append({"sql": writer.mogrify(sql, parameters), "time": "0.000"})
        return execute(sql, parameters, False, context)

    return told
