"""Long work, alone on one core of PostgreSQL: the others are left to pages."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.db import InterfaceError, OperationalError, connection


@contextmanager
def one_core() -> Iterator[None]:
    """PostgreSQL helps it with no second process, lets it sort in memory; what comes after is as before."""
    with connection.cursor() as cursor:
        cursor.execute("SET max_parallel_workers_per_gather = 0; SET work_mem = '64MB'")
    try:
        yield
    finally:
        with suppress(OperationalError, InterfaceError), connection.cursor() as cursor:
            cursor.execute("SET max_parallel_workers_per_gather TO DEFAULT; SET work_mem TO DEFAULT")
