"""The ROR as we ask it: everything of a region, or what has changed since a moment (ANN-7)."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import inf

from annuaire.ror.acces import Acces
from annuaire.ror.export import Export
from annuaire.ror.fhir.formes import text, thing
from annuaire.ror.memoire import Recue, Souvenir
from annuaire.ror.recherche import Criteres, Recherche
from annuaire.ror.refus import Json, Refused
from annuaire.ror.reponse import Reponse
from annuaire.ror.transport import OURS, Transport

SOME_PATIENCE = 120  # seconds, of who is called again later


@dataclass(frozen=True)
class Envoi:
    """Resources, read once, and the server’s clock: the next delta asks from `moment` on.

    Nothing of it is right before its end has been reached: whoever reads keeps all of it, or nothing.
    """

    moment: datetime
    resources: Iterator[Recue]

    def __iter__(self) -> Iterator[Recue]:
        return self.resources


class Client:
    """`Refused` is all that leaves it. One for each synchronisation: `Client(Acces.of(settings))`."""

    def __init__(
        self,
        acces: Acces,
        *,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ):
        self.acces = acces
        self.transport = Transport(acces, sleep=sleep, clock=clock)
        self.export = Export(self.transport)

    def order(self, region: str = "") -> str:
        """Asks for an export; where to look whether it is ready."""
        self.transport.begin(patience=SOME_PATIENCE)
        return self.export.ask(region)

    def taken(self, job: str, *, count: int) -> Envoi | float:
        """What was asked for, or after how many seconds to look again; `count`: which look this is."""
        self.transport.begin(patience=SOME_PATIENCE)
        found = self.export.look(job, count=count)
        if isinstance(found, float):
            return found
        return Envoi(found.moment, _once(self.export.resources(found)))

    def everything(self, region: str = "") -> Envoi:
        """By `$export`: waits until it is ready, which may take hours."""
        self.transport.begin()
        return self.exported(self.export.ask(region))

    def exported(self, job: str) -> Envoi:
        """Of an export that was asked for before: a run that was killed goes on from there."""
        manifeste = self.export.ready(job)
        return Envoi(manifeste.moment, _once(self._exported(job, manifeste)))

    def _exported(self, job, manifeste) -> Iterator[Recue]:
        yield from self.export.resources(manifeste)
        self.transport.forget(job)

    def since(self, moment: datetime, region: str = "") -> Envoi:
        """What has changed, with what it hangs on; a few minutes before `moment` are asked again.

        `moment`: the one of a former answer, never ours. Who is told to wait for long comes back later.
        """
        asked = Criteres(region, moment - timedelta(minutes=self.acces.overlap))
        return self._search(asked, patience=SOME_PATIENCE)

    def by_search(self, region: str = "") -> Envoi:
        """Everything, by searches: for a ROR without `$export`."""
        return self._search(Criteres(region))

    def _search(self, criteres: Criteres, *, patience: float = inf) -> Envoi:
        self.transport.begin(patience=patience)
        answers: list[Reponse] = []
        found = Recherche(self.transport, seen=answers.append).resources(criteres)
        first = next(found, None)
        moment = answers[0].moment
        if moment is None:
            raise Refused("Le ROR ne date pas ses réponses.")
        return Envoi(moment, _once(_chained(first, found)))


def _chained(first: Json | None, others: Iterator[Json]) -> Iterator[Json]:
    if first is not None:
        yield first
        yield from others


def _once(resources: Iterator[Recue]) -> Iterator[Recue]:
    """Each state of each resource once: many offers come with the same organization."""
    given: set[tuple[str | None, ...]] = set()
    try:
        for one in resources:
            known = _state(one)
            if known not in given:
                given.add(known)
                yield one
    except OSError as error:  # the files of an export lie on our disk first
        raise Refused(OURS) from error


def _state(one: Recue) -> tuple[str | None, ...]:
    if isinstance(one, Souvenir):
        return (one.empreinte,)
    return text(one, "resourceType"), text(one, "id"), text(thing(one, "meta") or {}, "lastUpdated")
