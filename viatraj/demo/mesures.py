"""How long a part of the country takes to be written, and how large it is: what a load test is told first."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

from django.db import connection
from django.db.models import Model

from viatraj.core.typography import file_size, grouped

# Of all its partitions, where it has some.
OF_TABLE = """
SELECT (SELECT count(*) FROM {table}),
  coalesce(sum(pg_total_relation_size(relid)), pg_total_relation_size(%(table)s))
FROM pg_partition_tree(%(table)s)"""


@contextmanager
def said(label: str, *models: type[Model]) -> Iterator[None]:
    """«Demandes : 812 s ; demandes d’admission 15 000 000, 11,2 Go»."""
    started = monotonic()
    yield
    took = monotonic() - started
    told = "".join(f"\u00a0; {model._meta.verbose_name_plural} {_of(model)}" for model in models)
    print(f"{label}\u00a0: {took:.0f}\u00a0s{told}", flush=True)


def _of(model: type[Model]) -> str:
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(OF_TABLE.format(table=table), {"table": table})
        many, octets = cursor.fetchone()
    return f"{grouped(many)}, {_told(octets)}"


def size() -> str:
    """Of the whole database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        return _told(cursor.fetchone()[0])


def _told(octets) -> str:
    if octets < 1e9:
        return file_size(int(octets))
    return f"{float(octets) / 1e9:.1f}".replace(".", ",") + "\u00a0Go"
