"""Where files rest: encrypted, each with a key of its own that its row keeps sealed (docs/adr/0049).

A copy of the storage alone says nothing, nor does one of the database; without its row a file is noise.
"""

import hashlib
import os
import secrets
from typing import NamedTuple

import structlog
from cryptography.exceptions import InvalidTag
from cryptography.fernet import InvalidToken
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.core.files.base import ContentFile
from django.core.files.storage import storages

from viatraj.core.sealing import seal, unseal

log = structlog.get_logger(__name__)
PURPOSE, NONCE = "core.files", 12


class Unavailable(Exception):
    """The storage cannot be written or read now, or what it gives back is not what was kept."""


class Kept(NamedTuple):
    name: str  # in the storage: drawn, so that it says nothing
    key: bytes  # sealed
    digest: str  # SHA-256 of the file itself


def keep(raw: bytes) -> Kept:
    """On the disk, for good, when this returns."""
    key, nonce, drawn = AESGCM.generate_key(256), os.urandom(NONCE), secrets.token_hex(20)
    try:
        name = _storage().save(
            f"{drawn[:2]}/{drawn}", ContentFile(nonce + AESGCM(key).encrypt(nonce, raw, None))
        )
        sync(_storage(), name)
    except Exception as error:  # each storage has exceptions of its own
        log.error("vault.unavailable", error=type(error).__name__)
        raise Unavailable from error
    return Kept(name, seal(PURPOSE, key), hashlib.sha256(raw).hexdigest())


def fetch(kept: Kept) -> bytes:
    """The file, if it is the one that was kept."""
    try:
        with _storage().open(kept.name) as file:
            held = file.read()
        raw = AESGCM(unseal(PURPOSE, kept.key)).decrypt(held[:NONCE], held[NONCE:], None)
    except (InvalidTag, InvalidToken, ValueError) as error:
        log.error("vault.damaged", error=type(error).__name__)
        raise Unavailable from error
    except Exception as error:
        log.error("vault.unavailable", error=type(error).__name__)
        raise Unavailable from error
    if hashlib.sha256(raw).hexdigest() != kept.digest:
        log.error("vault.damaged", error="digest")
        raise Unavailable
    return raw


def drop(name: str, *, where: str = "pieces") -> bool:
    """Nothing is there any more, whether or not something was; a failure leaves bytes that nobody reads."""
    try:
        _storage(where).delete(name)
    except Exception as error:
        log.warning("vault.left", error=type(error).__name__)
        return False
    return True


def _storage(where: str = "pieces"):
    return storages[where]


def sync(storage, name: str) -> None:
    """A storage of files tells where they are; another has its own ways."""
    try:
        path = storage.path(name)
    except NotImplementedError:
        return
    for one in (path, os.path.dirname(path)):
        held = os.open(one, os.O_RDONLY)
        try:
            os.fsync(held)
        finally:
            os.close(held)
