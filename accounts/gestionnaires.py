"""Who manages an account: `habilitations`, which lies above, says it when the site starts (docs/adr/0021)."""

from collections.abc import Callable
from datetime import date

from accounts.models import User

_asked: list[Callable[..., list[User]]] = []


def told_by(function: Callable[..., list[User]]) -> None:
    """`function(user, *, today)`: people with an address, never `user` himself."""
    if function not in _asked:
        _asked.append(function)


def of(user: User, *, today: date) -> list[User]:
    """The référents of the places where he holds something today, or their coordination; each once."""
    return list(dict.fromkeys(one for function in _asked for one in function(user, today=today)))
