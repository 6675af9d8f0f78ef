"""What came back over HTTP: read to its end within bounds, and dated by who sent it."""

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import IO
from urllib.parse import urljoin, urlsplit

import requests

from annuaire.ror.refus import Refused

BLOCK = 64 << 10
SLOWEST = 300  # seconds, from its first byte to its last
GZIP = ("gzip", "x-gzip")


class Cut(Exception):
    """It did not come to its end: it may be asked again."""


@dataclass(frozen=True)
class Reponse:
    """`body`: whole, when it was not written into a file."""

    status: int
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def moment(self) -> datetime | None:
        """The server’s clock as it answered; ours is never compared with it."""
        return http_date(self.headers.get("Date"))

    @property
    def is_bounded(self) -> bool:
        """It says itself where it ends: else a cut between two lines is not seen."""
        return bool(self.headers.get("Content-Length") or self.headers.get("Transfer-Encoding")) or (
            self.headers.get("Content-Encoding", "").lower() in GZIP
        )

    @property
    def wait(self) -> float | None:
        """Seconds that it asks to wait, by its own clock; None when it does not say."""
        said = (self.headers.get("Retry-After") or "").strip()
        if said.isascii() and said.isdigit():
            return float(said[:9])
        until, now = http_date(said), self.moment
        return max(0.0, (until - now).total_seconds()) if until and now else None


def http_date(said: str | None) -> datetime | None:
    try:
        found = parsedate_to_datetime(said or "")
    except (ValueError, TypeError, LookupError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def absolute(told: str, page: str) -> str:
    """An address that is told on a page, whole."""
    try:
        return urljoin(page, told)
    except ValueError:
        raise Refused("Le ROR donne une adresse illisible.") from None


def origin(url: str) -> tuple[str, str, int]:
    """Scheme, host and port: a token goes nowhere else."""
    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme, 0)
    except ValueError:
        raise Refused("Le ROR donne une adresse illisible.") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
        raise Refused("Le ROR donne une adresse qui n’est pas du Web.")
    return parts.scheme, parts.hostname, port


def pour(answer: requests.Response, into: IO[bytes], *, largest: int, clock: Callable[[], float]) -> None:
    """The body, unpacked: `Cut` before its end, `Refused` when it has none."""
    coding, limit = answer.headers.get("Content-Encoding", "").lower(), clock() + SLOWEST
    if coding not in (*GZIP, "", "identity"):
        raise Refused("Le ROR répond dans un encodage que nous n’avons pas demandé.")
    unpack = _Gzip() if coding in GZIP else _Plain()
    arrived = written = 0
    while block := answer.raw.read1(BLOCK, decode_content=False):
        arrived += len(block)
        for part in unpack.parts(block):
            written += len(part)
            if written > largest:
                raise Refused("La réponse du ROR est démesurée.")
            into.write(part)
        if clock() > limit:
            raise Cut
    length = answer.headers.get("Content-Length", "").strip()
    if (length.isascii() and length.isdigit() and int(length[:20]) != arrived) or not unpack.done:
        raise Cut


class _Plain:
    done = True

    def parts(self, block: bytes):
        yield block


class _Gzip:
    """One member after the other, a block at a time: a bomb is seen before it is unpacked."""

    def __init__(self):
        self.engine, self.began = zlib.decompressobj(31), False

    @property
    def done(self) -> bool:
        return self.engine.eof

    def parts(self, block: bytes):
        try:
            while block:
                if self.engine.eof:
                    self.engine = zlib.decompressobj(31)
                yield self.engine.decompress(block, BLOCK)
                block = self.engine.unconsumed_tail or self.engine.unused_data
        except zlib.error:
            raise Cut from None
