"""What is kept so that only we may read or recognise it: by keys derived from SECRET_KEY, one a purpose.

What a former key (SECRET_KEY_FALLBACKS) sealed or digested is still read and recognised.
"""

import base64
from functools import lru_cache

from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils.crypto import salted_hmac


def seal(purpose: str, plain: bytes) -> bytes:
    """`purpose` is a name such as "courrier.secret": what is sealed for one is not read for another."""
    return _cipher_of(purpose, settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS).encrypt(plain)


def unseal(purpose: str, sealed: bytes) -> bytes:
    """Raises cryptography.fernet.InvalidToken when no key of ours fits."""
    cipher = _cipher_of(purpose, settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return cipher.decrypt(bytes(sealed))


def digest(purpose: str, text: str) -> str:
    """64 hexadecimal digits: a code or token is kept so, and cannot be found from it without our key."""
    return _digest(purpose, text, settings.SECRET_KEY)


def digests(purpose: str, text: str) -> list[str]:
    """What `digest` says now, and said under former keys: to look up what was kept then."""
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return [_digest(purpose, text, key) for key in keys]


def key(purpose: str) -> bytes:
    """32 bytes, for a digest that is worked out elsewhere (the database); SECRET_KEY’s alone."""
    return _derived(purpose, settings.SECRET_KEY)


def _digest(purpose: str, text: str, key: str) -> str:
    return salted_hmac(purpose, text, secret=key, algorithm="sha256").hexdigest()


@lru_cache(maxsize=8)
def _cipher_of(purpose: str, *secrets: str) -> MultiFernet:
    return MultiFernet([Fernet(base64.urlsafe_b64encode(_derived(purpose, secret))) for secret in secrets])


def _derived(purpose: str, secret: str) -> bytes:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=f"viatraj.{purpose}".encode())
    return derived.derive(secret.encode())
