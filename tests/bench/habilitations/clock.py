"""What statements take, with their rows fetched."""

from contextlib import contextmanager
from time import perf_counter

from django.db import connection


@contextmanager
def sql_clock():
    """Collects the milliseconds of each."""
    spent = []

    def timed(execute, *args):
        started = perf_counter()
        try:
            return execute(*args)
        finally:
            spent.append((perf_counter() - started) * 1000)

    with connection.execute_wrapper(timed):
        yield spent
