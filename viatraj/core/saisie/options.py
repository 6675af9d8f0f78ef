"""The same for the options of commands: `add_argument("--fin", type=option(dates.read))`."""

from collections.abc import Callable
from typing import TypeVar

from django.core.management.base import CommandError

from viatraj.core.saisie import Refused

Value = TypeVar("Value")


def option(read: Callable[[str], Value]) -> Callable[[str], Value]:
    """`read`, whose refusal ends the command with its sentence."""

    def typed(text: str) -> Value:
        try:
            return read(text)
        except Refused as error:
            raise CommandError(f"«\u00a0{text[:80]}\u00a0»\u00a0: {error}") from error

    return typed
