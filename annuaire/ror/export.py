"""`$export`: asked for, waited for, then fetched file by file (FHIR bulk data, as the ROR does it)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from io import TextIOWrapper
from tempfile import TemporaryFile
from typing import IO
from urllib.parse import urlencode

from annuaire.finess.flot import Window
from annuaire.ror import strict
from annuaire.ror.fhir.formes import boolean, integer, moment, text, things
from annuaire.ror.recherche import REGION, check
from annuaire.ror.refus import Json, Refused
from annuaire.ror.reponse import absolute, http_date
from annuaire.ror.transport import FHIR_JSON, Transport, pause
from viatraj.core.reading import reads
from viatraj.core.typography import counted

LARGEST_FILE = 2 << 30  # bytes, unpacked; all of France may be one file
MOST_FILES = 20_000
LONGEST_ADDRESS = 1_000
LINES = "ndjson"
CUT = "Un fichier de l’export est coupé ou abîmé."


@dataclass(frozen=True)
class Fichier:
    url: str
    count: int | None


@dataclass(frozen=True)
class Manifeste:
    """`moment`: the server’s, at which all of it was true."""

    moment: datetime
    with_token: bool
    fichiers: tuple[Fichier, ...]
    erreurs: tuple[Fichier, ...]


class Export:
    def __init__(self, transport: Transport):
        self.transport = transport

    def ask(self, region: str = "") -> str:
        """Where to look whether it is ready."""
        pairs = [
            ("_outputFormat", FHIR_JSON),
            ("_type", "HealthcareService"),
            ("includeAssociatedData", "_myCompleteExtract"),
        ]
        if region:
            pairs.append(("_typeFilter", f"HealthcareService?_tag={REGION}|{region}"))
        url = f"{self.transport.acces.url}/$export?{urlencode(pairs)}"
        answer = self.transport.get(url, Prefer="respond-async")
        place = answer.headers.get("Content-Location", "")
        if answer.status != 202 or not place:
            raise Refused("Le ROR ne dit pas où suivre son export.")
        whole = absolute(place, url)
        if len(whole) > LONGEST_ADDRESS:
            raise Refused("Le ROR donne à son export une adresse démesurée.")
        return whole

    def look(self, job: str, *, count: int = 1) -> Manifeste | float:
        """The manifest, or after how many seconds to look again; `count`: times that one has looked."""
        answer = self.transport.get(job, Accept="application/json")
        if answer.status == 202:
            return pause(count) if answer.wait is None else max(1.0, answer.wait)
        return manifeste_of(answer.body, job)

    def ready(self, job: str) -> Manifeste:
        """Waits for it, as the ROR says, while our time lasts."""
        count = 1
        while not isinstance(found := self.look(job, count=count), Manifeste):
            self.transport.wait(found)
            count += 1
        return found

    def resources(self, manifeste: Manifeste) -> Iterator[Json]:
        """All of every file; a file is whole on our disk before its first resource is given."""
        for fichier in manifeste.erreurs:
            for resource in self._of(fichier, manifeste):
                check(resource)
        for fichier in manifeste.fichiers:
            yield from self._of(fichier, manifeste)

    def _of(self, fichier: Fichier, manifeste: Manifeste) -> Iterator[Json]:
        with TemporaryFile() as into:
            answer = self.transport.fetch(
                fichier.url, into, with_token=manifeste.with_token, largest=LARGEST_FILE
            )
            over, now = http_date(answer.headers.get("Expires")), answer.moment
            if answer.headers.get("Expires") and over and now and over < now:
                raise Refused("Les fichiers de l’export ne sont plus valables.", lost=True)
            lines, count = LINES in answer.headers.get("Content-Type", ""), 0
            if lines and fichier.count is None and not answer.is_bounded:
                raise Refused("Un fichier de l’export ne dit pas où il finit.")
            into.seek(0)
            for resource in contents(into, lines=lines):
                count += 1
                yield resource
            if fichier.count is not None and fichier.count != count:
                raise Refused(
                    f"Un fichier de l’export annonce {counted(fichier.count, 'ressource')} et en a {count}.",
                    lost=True,
                )


@reads(Refused, lambda: Refused("La liste des fichiers de l’export ne se lit pas."))
def manifeste_of(raw: bytes, url: str) -> Manifeste:
    """Its files by their whole addresses; one without any is refused: an export has offers."""
    said = strict.loads(raw)
    at = moment(said, "transactionTime")
    if at is None:
        raise Refused("L’export du ROR n’est pas daté.")
    found, wrong = (_fichiers(said, name, url) for name in ("output", "error"))
    if not found:
        raise Refused("L’export du ROR est vide.", lost=True)
    return Manifeste(at, boolean(said, "requiresAccessToken") is not False, found, wrong)


def _fichiers(said: Json, name: str, url: str) -> tuple[Fichier, ...]:
    told = things(said, name) or []
    if len(told) > MOST_FILES:
        raise Refused("L’export du ROR a trop de fichiers.")
    found = tuple(Fichier(absolute(text(one, "url") or "", url), integer(one, "count")) for one in told)
    if len({one.url for one in found}) != len(found):
        raise Refused("L’export du ROR donne deux fois le même fichier.")
    return found


@reads(Refused, lambda: Refused(CUT))
def contents(file: IO[bytes], *, lines: bool) -> Iterator[Json]:
    """Resources of a Bundle, or one a line; memory is that of the largest."""
    yield from _lines(file) if lines else _bundle(file)


def _lines(file: IO[bytes]) -> Iterator[Json]:
    while line := file.readline(strict.LARGEST + 1):
        if line.strip():
            yield strict.loads(line)


def _bundle(file: IO[bytes]) -> Iterator[Json]:
    text = TextIOWrapper(file, "utf-8", newline="")
    try:
        yield from _entries(Window(text, decode=strict.decoded, refused=Refused))
    finally:
        text.detach()  # whose file it is closes it


def _entries(window: Window) -> Iterator[Json]:
    told: set[str] = set()
    last = ""
    for key, value in window.members():
        if key != last and key in told:
            raise Refused("Un fichier de l’export dit deux fois la même chose.")
        told.add(key)
        last = key
        if key == "resourceType" and value != "Bundle":
            raise Refused("Un fichier de l’export n’est pas un Bundle.")
        if key == "entry":
            resource = value.get("resource") if isinstance(value, dict) else None
            if not isinstance(resource, dict):
                raise Refused("Le ROR donne une entrée sans ressource.")
            yield resource
    if "resourceType" not in told:
        raise Refused("Un fichier de l’export n’est pas un Bundle.")
