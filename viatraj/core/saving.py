"""How actions read a row to change it, and how they save it."""

from typing import TypeVar

from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, models, transaction

Row = TypeVar("Row", bound=models.Model)


class Stale(ValidationError):
    """Somebody else changed the row since it was read; `fresh` is what stands now."""

    def __init__(self, fresh):
        super().__init__(
            "Cette fiche a été modifiée entre-temps par une autre personne. "
            "Comparez les deux textes, puis enregistrez de nouveau.",
            code="stale",
        )
        self.fresh = fresh


def locked(row: Row, *, version: int | None = None) -> Row:
    """The row as it is now, locked until the end of the transaction; Stale when its version has moved on."""
    model = row._meta.model  # a request’s user is a lazy wrapper: its type is not the row’s
    fresh: Row = model._base_manager.select_for_update(of=("self",), no_key=True).get(pk=row.pk)  # type: ignore[assignment]
    if version is not None and fresh.version != version:  # type: ignore[attr-defined]
        raise Stale(fresh)
    return fresh


def save_valid(instance: Row) -> Row:
    """Save, or raise ValidationError with the constraint's own sentence.

    The database judges constraints, once, also when two people race; they are only looked into to speak.
    """
    instance.full_clean(validate_unique=False, validate_constraints=False)
    try:
        with transaction.atomic():
            instance.save()
    except (IntegrityError, DataError):
        instance.full_clean()
        raise
    return instance
