"""Drop a table's indexes while it is filled, and build them afterwards: cheaper than row by row."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def rebuilt(model) -> Iterator[None]:
    """Without the indexes of `model` meanwhile; in one transaction, by the owner of the table."""
    with connection.schema_editor(atomic=False) as editor:
        for index in model._meta.indexes:
            editor.remove_index(model, index)
    yield
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('maintenance_work_mem', '256MB', true)")
    with connection.schema_editor(atomic=False) as editor:
        for index in model._meta.indexes:
            editor.add_index(model, index)
