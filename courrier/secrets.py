"""Bodies that only their addressee may read: encrypted at rest, by a key derived from SECRET_KEY."""

import base64
import json
from functools import lru_cache

from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


def seal(text: str, html: str) -> bytes:
    return _cipher().encrypt(json.dumps([text, html]).encode())


def unseal(body: bytes) -> tuple[str, str]:
    """Raises cryptography.fernet.InvalidToken when no key of ours fits."""
    text, html = json.loads(_cipher().decrypt(bytes(body)))
    return text, html


def _cipher() -> MultiFernet:
    return _cipher_of(settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)


@lru_cache(maxsize=4)
def _cipher_of(*secrets: str) -> MultiFernet:
    return MultiFernet([Fernet(_key(secret)) for secret in secrets])


def _key(secret: str) -> bytes:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"viatraj.courrier.secret")
    return base64.urlsafe_b64encode(derived.derive(secret.encode()))
