"""One worker at a time on a job: an advisory lock of its session, which ends with it (docs/adr/0019).

PostgreSQL lets go of a killed worker's lock at once, and of that of a machine that vanishes when its
connection is given up: a job whose result must be one is also written under a number (docs/adr/0079).
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def alone(kind: int, key: int) -> Iterator[bool]:
    """Is this the only worker on job `key`? `kind`: a class of locks of its own for each sort of job."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [kind, key])
        (held,) = cursor.fetchone()
    try:
        yield held
    finally:
        if held:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [kind, key])
