"""Work that leaves the other cores of PostgreSQL to pages."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.db import InterfaceError, OperationalError, connection


@contextmanager
def one_core() -> Iterator[None]:
    """PostgreSQL helps it with no second process; it does again for what comes after."""
    with connection.cursor() as cursor:
        cursor.execute("SET max_parallel_workers_per_gather = 0")
    try:
        yield
    finally:
        with suppress(OperationalError, InterfaceError), connection.cursor() as cursor:
            cursor.execute("SET max_parallel_workers_per_gather TO DEFAULT")
