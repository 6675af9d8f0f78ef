"""Where a run reads: the ROR itself, or a folder that stands for it (ANN-7)."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from annuaire.ror import dossier
from annuaire.ror.acces import PROFILS, Acces
from annuaire.ror.client import Client, Envoi
from annuaire.ror.memoire import Memoire, Recue
from annuaire.ror.refus import Refused


class Source:
    """`niveau`: the access profile under which it is read. `horloge`: the server’s, once asked.

    `exports`: all of it is made ready first, and asked for by `order` and `look`. `heures`: for how long.
    `memoire`: what was read before comes as a souvenir.
    """

    horloge: datetime | None = None
    exports = False
    heures: float = 0

    def __init__(self, name: str, niveau: int):
        self.name, self.niveau = name, niveau
        self.memoire = Memoire()
        self.told: Iterator[Recue] = iter(())

    def __str__(self) -> str:
        return self.name

    def ask(self, depuis: datetime | None, *, now: datetime) -> None:
        """For all of it, or for what has changed since by the server’s clock. May wait for hours."""
        raise NotImplementedError

    def order(self) -> str:
        """For all of it; where to look whether it is ready."""
        raise NotImplementedError

    def look(self, job: str, *, count: int) -> float:
        """After how many seconds to look again; 0 once it is there, for `resources`."""
        raise NotImplementedError

    def forget(self, job: str) -> None:
        """Nobody waits for it any more."""
        raise NotImplementedError

    def resources(self) -> Iterator[Recue]:
        """What was asked for; once."""
        yield from self.told


class Dossier(Source):
    """It tells all that it holds, whatever is asked; files know no clock of a server."""

    def __init__(self, path: str, niveau: int):
        super().__init__(Path(path).name, niveau)
        self.path = path

    def ask(self, depuis: datetime | None, *, now: datetime) -> None:
        self.told = iter(dossier.envoi(self.path, now=now, memoire=self.memoire))


class Serveur(Source):
    """The ROR, by its exports and its deltas. `sleep` and `clock`: those of its client."""

    exports = True

    def __init__(
        self,
        acces: Acces,
        *,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ):
        super().__init__(acces.url, acces.niveau)
        self.acces, self.heures = acces, acces.heures
        self.client = Client(acces, sleep=sleep, clock=clock)
        self.memoire = self.client.export.memoire

    def ask(self, depuis: datetime | None, *, now: datetime) -> None:
        self._keep(self.client.since(depuis) if depuis else self.client.everything())

    def order(self) -> str:
        return self.client.order()

    def look(self, job: str, *, count: int) -> float:
        found = self.client.taken(job, count=count)
        if isinstance(found, Envoi):
            self._keep(found)
            return 0
        return found

    def forget(self, job: str) -> None:
        self.client.transport.forget(job)

    def _keep(self, envoi: Envoi) -> None:
        self.horloge, self.told = envoi.moment, iter(envoi)


def opened(asked: str, settings: Any) -> Source:
    """`asked`: a folder, an address, or nothing for the configured ROR. `Refused` says what is missing."""
    if settings.ROR_NIVEAU not in PROFILS:
        raise Refused(f"ROR_NIVEAU est un profil d’accès, de 0 à 5, et non {settings.ROR_NIVEAU}.")
    if asked and "://" not in asked:
        return Dossier(asked, settings.ROR_NIVEAU)
    return Serveur(_acces(asked, settings))


def _acces(asked: str, settings: Any) -> Acces:
    acces = Acces.of(settings)
    if asked:
        acces = replace(acces, url=asked.rstrip("/"))
    if not acces.url:
        raise Refused("Aucun ROR n’est configuré\u00a0: donnez ROR_URL, ou --source DOSSIER.")
    missing = [name for name in ("ROR_TOKEN_URL", "ROR_CLIENT_ID") if not getattr(settings, name)]
    if not (acces.secret or (acces.certificat and acces.cle)):
        missing.append("ROR_CLIENT_SECRET, ou ROR_CERTIFICAT et ROR_CLE")
    if missing:
        raise Refused(f"Le ROR demande qui nous sommes\u00a0: donnez {', '.join(missing)}.")
    for url in (acces.url, acces.token_url):
        if not url.startswith(("https://", "http://")):
            raise Refused(f"«\u00a0{url}\u00a0» n’est pas une adresse du Web.")
    return acces
