"""A file of any length at rest: encrypted by parts while it is written, checked by parts while it is read.

Memory holds one part, the disk never anything in clear. Each part has its number and whether it is the last
one sealed into it: cut, mixed or put in another order, it is not read (docs/adr/0080).
"""

import secrets
import tempfile
from collections.abc import Callable, Iterator
from typing import IO

import structlog
from cryptography.exceptions import InvalidTag
from cryptography.fernet import InvalidToken
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.files import File
from django.core.files.storage import storages

from viatraj.core.files.vault import Kept, Unavailable, drop, sync
from viatraj.core.sealing import seal, unseal

log = structlog.get_logger(__name__)
PURPOSE = "core.files.parts"
PART, TAG = 1 << 18, 16  # bytes


class Sealed:
    """What a writer takes for a file that cannot go back; `end` writes the last part."""

    def __init__(self, target: IO[bytes], key: bytes):
        self._target, self._cipher = target, AESGCM(key)
        self._held, self._number, self.size = bytearray(), 0, 0

    def write(self, raw: bytes) -> int:
        self._held += raw
        while len(self._held) > PART:  # a whole one may yet be the last
            self._put(bytes(self._held[:PART]), last=False)
            del self._held[:PART]
        self.size += len(raw)
        return len(raw)

    def flush(self) -> None:
        """Nothing leaves before its part is whole."""

    def end(self) -> None:
        self._put(bytes(self._held), last=True)

    def _put(self, raw: bytes, *, last: bool) -> None:
        self._target.write(self._cipher.encrypt(_nonce(self._number), raw, _said(last)))
        self._number += 1


def keep(write: Callable[[Sealed], None], *, where: str) -> tuple[Kept, int]:
    """What `write(file)` writes, on the disk for good when this returns; with how many bytes it is.

    `where`: a storage of STORAGES. What `write` raises goes through, and leaves nothing.
    """
    key, drawn = AESGCM.generate_key(256), secrets.token_hex(20)
    wanted = f"{drawn[:2]}/{drawn}"
    with tempfile.TemporaryFile(dir=settings.DATA_DIR) as held:
        file = Sealed(held, key)
        write(file)
        file.end()
        held.seek(0)
        try:
            name = storages[where].save(wanted, File(held))
            sync(storages[where], name)
        except Exception as error:  # each storage has exceptions of its own
            log.error("vault.unavailable", error=type(error).__name__)
            drop(wanted, where=where)  # half a file would keep a full disk full
            raise Unavailable from error
    return Kept(name, seal(PURPOSE, key), ""), file.size


def fetch(kept: Kept, *, where: str) -> Iterator[bytes]:
    """Its parts, each checked before it is given; the first one before this returns, so that a page may
    still say that it is not there. Unavailable when one is not what was kept."""
    parts = _parts(kept, where)
    first = next(parts)

    def whole() -> Iterator[bytes]:
        yield first
        yield from parts

    return whole()


def _parts(kept: Kept, where: str) -> Iterator[bytes]:
    try:
        cipher = AESGCM(unseal(PURPOSE, kept.key))
        with storages[where].open(kept.name) as file:
            held, number = file.read(PART + TAG), 0
            while True:
                following = file.read(PART + TAG)
                yield cipher.decrypt(_nonce(number), held, _said(not following))
                if not following:
                    return
                held, number = following, number + 1
    except (InvalidTag, InvalidToken, ValueError) as error:
        log.error("vault.damaged", error=type(error).__name__)
        raise Unavailable from error
    except Exception as error:  # each storage has exceptions of its own
        log.error("vault.unavailable", error=type(error).__name__)
        raise Unavailable from error


def _nonce(number: int) -> bytes:
    """The key is of this file alone, so a part's number is used once."""
    return number.to_bytes(12, "big")


def _said(last: bool) -> bytes:
    return b"last" if last else b"more"
