"""Under what a line of the journal is filed, besides its target: the account and the places it concerns.

Subjects are short texts: `compte:12`, `etablissement:3`, `national:`. Apps above say them of their own rows.
"""

from collections.abc import Callable, Iterable

from viatraj.core.actor import Actor, Place
from viatraj.core.droits import Niveau

_told: dict[str, Callable[..., Iterable[str]]] = {}


def told_by(model, function: Callable[..., Iterable[str]]) -> None:
    """Registers `function(event, row, *, by)` for the rows of a model."""
    _told[model._meta.label] = function


def subjects(event: str, target, by: Actor) -> list[str]:
    """Empty for what no référent's journal tells."""
    function = _told.get(target._meta.label) if target is not None else None
    return sorted(set(function(event, target, by=by))) if function else []


def of_account(pk: int) -> str:
    return f"compte:{pk}"


def of_author(pk: int) -> str:
    """Filed by the database itself, for lines that have another subject."""
    return f"auteur:{pk}"


def of_place(place: Place) -> list[str]:
    """The place and all above it, up to the whole country."""
    held = [(niveau, getattr(place, niveau.value, None)) for niveau in Niveau]
    return [f"{Niveau.NATIONAL}:"] + [f"{niveau}:{pk}" for niveau, pk in held if pk is not None]


def of_scopes(scopes: dict[str, frozenset]) -> list[str]:
    """What somebody with rights at these places may read, as `Rights.scopes` gives them."""
    return sorted(f"{niveau}:{'' if pk is None else pk}" for niveau, ids in scopes.items() for pk in ids)
