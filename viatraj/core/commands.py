"""What an operator's commands have in common: whatever is refused is one sentence, with exit code 1."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError
from django.db.models import Model, QuerySet

from viatraj.core.policies import Denied

Row = TypeVar("Row", bound=Model)


@contextmanager
def refusals(*kinds: type[Exception]) -> Iterator[None]:
    """Around an action, whose policies and constraints may refuse; `kinds`: and what its reader raises."""
    refused: tuple[type[Exception], ...] = (ValidationError, Denied, *kinds)
    try:
        yield
    except refused as error:
        raise CommandError(" ".join(getattr(error, "messages", [str(error)]))) from error


def the_one(rows: QuerySet[Row], otherwise: str) -> Row:
    """What an option names; a name that none has, or several, is no success that changes nothing."""
    found = list(rows[:2])
    if len(found) != 1:
        raise CommandError(otherwise)
    return found[0]
