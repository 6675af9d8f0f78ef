"""A policy is a function that returns nothing, or raises Denied with a reason for the person."""

from collections.abc import Callable

from django.core.exceptions import PermissionDenied


class Denied(PermissionDenied):
    """The sentence is shown on the 403 page."""


def can(policy: Callable[..., None], *args: object) -> bool:
    try:
        policy(*args)
    except Denied:
        return False
    return True
