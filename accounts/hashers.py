"""Argon2id as OWASP sizes it: eight times Django's default sign-ins a second a core. It has its own queue."""

from contextlib import contextmanager
from contextvars import ContextVar

from django.contrib.auth.hashers import Argon2PasswordHasher

from accounts import turns

_is_last = ContextVar("is_last", default=False)


class Argon2id(Argon2PasswordHasher):
    """No more at once than there are cores, whoever asks."""

    time_cost, memory_cost, parallelism = 2, 19456, 1

    def encode(self, password, salt):
        with turns.turn(is_last=_is_last.get()):
            return super().encode(password, salt)

    def verify(self, password, encoded):
        with turns.turn(is_last=_is_last.get()):
            return super().verify(password, encoded)


@contextmanager
def after_the_others(is_last: bool = True):
    """What is hashed here lets the others go first."""
    before = _is_last.set(is_last)
    try:
        yield
    finally:
        _is_last.reset(before)
