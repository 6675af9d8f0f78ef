"""`$export`: asked for, waited for, then fetched file by file (FHIR bulk data, as the ROR does it)."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from io import TextIOWrapper
from json import JSONDecodeError, JSONDecoder
from tempfile import TemporaryFile
from typing import IO, Any
from urllib.parse import urlencode

from annuaire.finess.flot import Window
from annuaire.ror import strict
from annuaire.ror.fhir.formes import boolean, integer, moment, text, things
from annuaire.ror.memoire import Memoire, Recue, Souvenir
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
BLANK = re.compile(f"[{strict.BLANKS}]*")
SCANNER = JSONDecoder()
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
    """`memoire`: of what was read before, which is not read again."""

    def __init__(self, transport: Transport):
        self.transport, self.memoire = transport, Memoire()

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

    def resources(self, manifeste: Manifeste) -> Iterator[Recue]:
        """All of every file; a file is whole on our disk before its first resource is given."""
        for fichier in manifeste.erreurs:
            for resource in self._of(fichier, manifeste, Memoire()):
                if isinstance(resource, dict):
                    check(resource)
        for fichier in manifeste.fichiers:
            yield from self._of(fichier, manifeste, self.memoire)

    def _of(self, fichier: Fichier, manifeste: Manifeste, memoire: Memoire) -> Iterator[Recue]:
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
            for resource in contents(into, lines=lines, memoire=memoire):
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
def contents(file: IO[bytes], *, lines: bool, memoire: Memoire) -> Iterator[Recue]:
    """Resources of a Bundle, or one a line; memory is that of the largest."""
    yield from _lines(file, memoire) if lines else _bundle(file, memoire)


def _lines(file: IO[bytes], memoire: Memoire) -> Iterator[Recue]:
    while line := file.readline(strict.LARGEST + 1):
        if line.strip():
            yield memoire.read(strict.letters(line))


def _bundle(file: IO[bytes], memoire: Memoire) -> Iterator[Recue]:
    text = TextIOWrapper(file, "utf-8", newline="")
    try:
        yield from _entries(Window(text, decode=_by(memoire), refused=Refused))
    finally:
        text.detach()  # whose file it is closes it


def _by(memoire: Memoire) -> Callable[[str, int], tuple[Any, int]]:
    """Decodes a value of a Bundle; of an entry, its resource as it is remembered."""

    def decode(text: str, at: int) -> tuple[Any, int]:
        if text[at] != "{":
            return strict.decoded(text, at)
        members, end = _members(text, at)
        places = {key: (begin, there) for key, begin, there in members}
        begin, there = places.pop("resource", (end, end))
        if text[begin : begin + 1] != "{" or begin == end or len(places) + 1 != len(members):
            return strict.decoded(text, at)
        beside = {key: strict.decoded(text, place)[0] for key, (place, _) in places.items()}
        return {**beside, "resource": memoire.read(text[begin:there])}, end

    return decode


def _members(text: str, at: int) -> tuple[list[tuple[str, int, int]], int]:
    """(key, where its value begins, where it ends) of the object that begins there; where that ends.

    Values are only walked over: whoever takes one reads it strictly. `JSONDecodeError` when it may go on.
    """
    found: list[tuple[str, int, int]] = []
    here = _after(text, at + 1)
    if text[here : here + 1] == "}":
        return found, here + 1
    sign = ","
    while sign == ",":
        key, end = _walked(text, here)
        begin = _after(text, _sign(text, end, ":")[1])
        _, end = _walked(text, begin)
        found.append((str(key), begin, end))
        sign, here = _sign(text, end, ",}")
        here = here if sign == "}" else _after(text, here)
    return found, here


def _walked(text: str, at: int) -> tuple[Any, int]:
    try:
        return SCANNER.raw_decode(text, at)
    except RecursionError:
        raise Refused(strict.DEEP) from None


def _after(text: str, at: int) -> int:
    """Behind the blanks."""
    return BLANK.match(text, at).end()  # type: ignore[union-attr]


def _sign(text: str, at: int, expected: str) -> tuple[str, int]:
    """Which of them stands there, and where one goes on."""
    here = _after(text, at)
    sign = text[here : here + 1]
    if not sign or sign not in expected:
        raise JSONDecodeError(CUT, text, here)
    return sign, here + 1


def _entries(window: Window) -> Iterator[Recue]:
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
            if not isinstance(resource, dict | Souvenir):
                raise Refused("Le ROR donne une entrée sans ressource.")
            yield resource
    if "resourceType" not in told:
        raise Refused("Un fichier de l’export n’est pas un Bundle.")
