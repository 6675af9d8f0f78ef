"""What hangs on a place, or on a national number: each app above says, at start-up, what becomes of it."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime

from annuaire.models import AtLieu, AvisFermeture, Etablissement, Fermeture, Guichet, Lieu, Releve
from changements.actions import Noted
from viatraj.core.actor import Actor

AT_ONCE = 200  # rows that a request may settle itself


@dataclass(frozen=True)
class Ligne:
    """«12 habilitations», and of whom, as far as the reader may see them; `suite`: if nothing follows."""

    texte: str
    suite: str
    noms: tuple[str, ...] = ()


@dataclass
class Tranche:
    """What one transaction settles of a closing, or gives back of it: all, or a slice of `most`.

    Where it follows, what hangs on the structure itself goes to its successor; what hangs below ends.
    `now`: of the closing, whichever day a slice is done; of the reopening, when it gives back.
    `suivis`, `finis`: what was done, by the sentence that says it; `noted`: the rows, for ten minutes.
    """

    fermeture: Fermeture
    lieu: Lieu
    successeur: Lieu | None
    now: datetime
    by: Actor
    most: int | None = None
    undoable: bool = False
    noted: Noted = field(default_factory=Noted)
    suivis: Counter[str] = field(default_factory=Counter)
    finis: Counter[str] = field(default_factory=Counter)

    @property
    def few(self) -> int | None:
        """For rows that cost several statements each."""
        return self.most and max(1, self.most // 4)

    def takes_along(self, lieu_key: str) -> bool:
        return self.fermeture.follows and self.successeur is not None and lieu_key == self.lieu.key


@dataclass(frozen=True)
class Attache:
    """The rows of some models at a place, in the words of their app.

    `count(lieu, today=, by=)` gives the lines of the page that asks: at the place, and below it.
    `weigh(tranche)` counts the rows that there are to settle, `back` to give back.
    `settle(tranche)` takes along or ends the next rows, and counts them: 0, nothing is left. Slice after
    slice it must go by what it finds, since a worker may be killed between two.
    `stay(tranche)` says at the end what has stayed there; `give_back(tranche)` undoes as `settle` does.
    `tell(tranche)` writes to people once all is done, `warn(avis)` what a feeder has said;
    `tell_ror(releve, concerned)` writes once to each référent what a run of the ROR asks of him;
    `answer(guichet, today=)` counts who hands out its demandes.
    """

    models: tuple[type[AtLieu], ...]
    count: Callable[..., list[Ligne]]
    weigh: Callable[[Tranche], int]
    settle: Callable[[Tranche], int]
    stay: Callable[[Tranche], None] | None = None
    back: Callable[[Tranche], int] | None = None
    give_back: Callable[[Tranche], int] | None = None
    tell: Callable[[Tranche], None] | None = None
    warn: Callable[[AvisFermeture], int] | None = None
    tell_ror: Callable[[Releve, list[tuple[Etablissement, dict[str, int]]]], int] | None = None
    answer: Callable[..., int] | None = None


_known: dict[str, Attache] = {}


def told_by(app: str, attache: Attache) -> None:
    """Registers what an app has there; again, it takes the place of the former."""
    _known[app] = attache


def every() -> list[Attache]:
    return list(_known.values())


def hanging(lieu: Lieu, *, today: date, by: Actor) -> list[Ligne]:
    """All that hangs on a place, for who is about to close it."""
    return [ligne for one in every() for ligne in one.count(lieu, today=today, by=by)]


def is_much(lieu: Lieu, successeur: Lieu | None, *, now: datetime, by: Actor) -> bool:
    """Whether closing it may be left to a worker: for the page that asks, before anything is chosen there."""
    asked = Fermeture(le=now, follows=successeur is not None)
    return to_settle(Tranche(asked, lieu, successeur, now, by)) > AT_ONCE


def to_settle(tranche: Tranche) -> int:
    return sum(one.weigh(tranche) for one in every())


def to_give_back(tranche: Tranche) -> int:
    return sum(one.back(tranche) for one in every() if one.back)


def may_be_given_back(fermeture: Fermeture | None, *, now: datetime, by: Actor) -> int:
    """How many rows, for who is about to open the structure again; 0 once it is too late."""
    if fermeture is None or not fermeture.may_be_given_back(now):
        return 0
    return to_give_back(Tranche(fermeture, Lieu.of(fermeture.structure), None, now, by))


def answering(guichet: Guichet, *, today: date) -> int:
    return sum(one.answer(guichet, today=today) for one in every() if one.answer)


# What else than a key of another table names a person by his number, and follows it.
_numbers: dict[str, Callable[[str, str], None]] = {}


def follows_numbers(app: str, follow: Callable[[str, str], None]) -> None:
    """`follow(old, new)`, of national numbers, in the transaction that renumbers somebody."""
    _numbers[app] = follow


def renumber(old: str, new: str) -> None:
    for follow in _numbers.values():
        follow(old, new)
