"""How actions lock a row, save it, and are tried again after a deadlock."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, OperationalError, connection, models, transaction
from psycopg import Cursor, sql
from psycopg.errors import DeadlockDetected, SerializationFailure

from viatraj.core.policies import Denied

Row = TypeVar("Row", bound=models.Model)
AGAIN = 2


def act(action: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Call the action, and call it again, twice at most, when PostgreSQL ended it to resolve a deadlock.

    By then its transaction is rolled back, mails included, and actions read their rows themselves, so
    calling again is safe. Inside an outer transaction nothing can be tried again: the error is raised.
    """
    for _ in range(AGAIN):
        try:
            return action(*args, **kwargs)
        except OperationalError as error:
            if connection.in_atomic_block or not isinstance(
                error.__cause__, DeadlockDetected | SerializationFailure
            ):
                raise
    return action(*args, **kwargs)


class Stale(ValidationError):
    """Somebody else changed the row since it was read; `fresh` is the row as it is now."""

    sentence = (
        "Cette fiche a été modifiée entre-temps par une autre personne. "
        "Comparez les deux textes, puis enregistrez de nouveau."
    )

    def __init__(self, fresh):
        super().__init__(self.sentence, code="stale")
        self.fresh = fresh


def locked(row: Row, *, version: int | None = None) -> Row:
    """The row as it is now, locked until the end of the transaction; Stale when its version has moved on.

    Denied when it is no more: what an import has made goes when that is undone.
    """
    model = row._meta.model  # a request’s user is a lazy wrapper: its type is not the row’s
    rows = model._base_manager.select_for_update(of=("self",), no_key=True)
    fresh: Row | None = rows.filter(pk=row.pk).order_by("pk").first()  # type: ignore[assignment]
    if fresh is None:
        raise Denied("Ce que vous modifiez vient d’être supprimé.")
    if version is not None and fresh.version != version:  # type: ignore[attr-defined]
        raise Stale(fresh)
    return fresh


def by_slices(
    rows: models.QuerySet, deal_with: Callable[[list], Any], *, size: int = 100, waits: bool = False
) -> int:
    """Calls `deal_with` on lists of at most `size` rows, each in its own transaction. Returns how many rows.

    Rows are locked by ascending key. Nobody waits for longer than one slice takes, and a row that somebody
    else is changing is skipped, for the next run; where no run comes back to it, one `waits`.
    """
    count, left = 0, rows
    while part := act(_slice, left, deal_with, size, waits):
        count, left = count + len(part), rows.filter(pk__gt=part[-1].pk)
    return count


@transaction.atomic
def _slice(rows, deal_with, size, waits) -> list:
    locking = rows.select_for_update(of=("self",), no_key=True, skip_locked=not waits)
    if part := list(locking.order_by("pk")[:size]):
        deal_with(part)
    return part


@transaction.atomic
def update_unheld(rows: models.QuerySet, **changes: Any) -> int:
    """Change, in one statement, the rows that nobody else has locked; returns how many. Never waits."""
    free = rows.select_for_update(of=("self",), no_key=True, skip_locked=True).order_by("pk")
    return rows.model._base_manager.filter(pk__in=free.values("pk")).update(**changes)


def save_valid(instance: Row) -> Row:
    """Save, or raise ValidationError with the constraint's own sentence.

    The database alone checks constraints and references, so that two people at once cannot both pass. Only
    after its refusal are they checked in Python, to find the sentence for the person.
    """
    checked(instance)
    try:
        with transaction.atomic():
            instance.save()
    except (IntegrityError, DataError):
        instance.full_clean()
        raise
    return instance


def checked(instance: Row) -> Row:
    """Part of saving: each field by itself, or ValidationError. No query."""
    references = {field.name for field in instance._meta.concrete_fields if field.is_relation}
    instance.full_clean(exclude=references, validate_unique=False, validate_constraints=False)
    return instance


def create_valid(rows: list[Row]) -> list[Row]:
    """As `save_valid`, of new rows of one model, in one statement: all, or the first one's sentence."""
    try:
        with transaction.atomic():
            for model in {type(row) for row in rows}:
                model._base_manager.bulk_create(rows)
    except (IntegrityError, DataError):
        for row in rows:
            row.full_clean()
        raise
    return rows


def put_bytes(row: models.Model, **columns: bytes) -> None:
    """Part of an action that holds the row, for files of megabytes.

    Django writes bytes into the statement's own text, which takes ten times their size in memory.
    """
    values = [sql.SQL("{} = {}").format(sql.Identifier(name), sql.Placeholder(name, "b")) for name in columns]
    statement = sql.SQL("UPDATE {} SET {} WHERE id = {}").format(
        sql.Identifier(row._meta.db_table), sql.SQL(", ").join(values), sql.Literal(row.pk)
    )
    with connection.wrap_database_errors, Cursor(connection.connection) as cursor:
        cursor.execute(statement, columns)
