"""What hangs on a dossier: each app above says, at start-up, what becomes of it when somebody decides."""

from collections.abc import Callable, Sequence
from datetime import datetime

from dossiers.models import Dossier
from viatraj.core.actor import Actor

Follow = Callable[[Sequence[Dossier], datetime, Actor], None]
Note = Callable[[Dossier, str, datetime, Actor], None]
See = Callable[[Dossier, datetime, Actor], None]
CREATED, UPDATED = "cree", "maj"
_known: dict[str, Follow] = {}
_noted: dict[str, Note] = {}
_seen: dict[str, See] = {}


def told_by(app: str, follow: Follow) -> None:
    """`follow(dossiers, now, by)`: locked, in the transaction that suspends, ends or resumes them."""
    _known[app] = follow


def follow(dossiers: Sequence[Dossier], *, now: datetime, by: Actor) -> None:
    for one in _known.values():
        one(dossiers, now, by)


def noted_by(app: str, note: Note) -> None:
    """`note(dossier, what, now, by)`: in the transaction that creates it, or changes what it says."""
    _noted[app] = note


def note(dossier: Dossier, what: str = UPDATED, *, now: datetime, by: Actor) -> None:
    for one in _noted.values():
        one(dossier, what, now, by)


def seen_by(app: str, see: See) -> None:
    """`see(dossier, now, by)`: a person looks at it."""
    _seen[app] = see


def see(dossier: Dossier, *, now: datetime, by: Actor) -> None:
    for one in _seen.values():
        one(dossier, now, by)
