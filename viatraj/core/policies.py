"""A policy is a function that returns nothing, or raises Denied with a reason for the person."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied


class Denied(PermissionDenied):
    """The sentence is shown on the 403 page."""


def system(actor: Any) -> None:
    """What nobody does by a page: commands and periodic tasks."""
    if actor.user is not None or actor.system_name in ("", "anonymous"):
        raise Denied("Cette opération est réservée à l’exploitation du service.")


def can(policy: Callable[..., None], *args: object) -> bool:
    try:
        policy(*args)
    except Denied:
        return False
    return True
