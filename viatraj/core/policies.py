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


def refusal(policy: Callable[..., object], *args: object) -> str:
    """Why not, for the page that leaves an act out; empty when it is allowed."""
    try:
        policy(*args)
    except Denied as denied:
        return str(denied)
    return ""


def can(policy: Callable[..., object], *args: object) -> bool:
    return not refusal(policy, *args)
