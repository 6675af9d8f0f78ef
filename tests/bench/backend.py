"""What a statement costs: as we wait for it, and of the processor, which a busy machine stretches less."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from django.db import connection


@dataclass
class Spent:
    """Milliseconds of statements: waited for, and run by the process of PostgreSQL that serves us."""

    wall: float = 0
    cpu: float = 0


@contextmanager
def spent() -> Iterator[Spent]:
    """Of all statements inside, with their rows fetched."""
    found, before = Spent(), _cpu()

    def timed(execute, *args):
        started = perf_counter()
        try:
            return execute(*args)
        finally:
            found.wall += (perf_counter() - started) * 1000

    with connection.execute_wrapper(timed):
        yield found
    found.cpu = _cpu() - before


def _cpu() -> float:
    """Nanoseconds that the kernel has counted for it, as milliseconds; without its parallel workers."""
    connection.ensure_connection()
    schedule = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat")
    return int(schedule.read_text().split()[0]) / 1e6
