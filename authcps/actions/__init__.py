"""Signing in. The only writer of this app."""

from authcps.actions.attempts import begin, finish, identify, known_as, purge, sign_out, verify
from authcps.actions.codes import enrol, redeem, send_code, skip_code, trust

__all__ = [
    "begin",
    "enrol",
    "finish",
    "identify",
    "known_as",
    "purge",
    "redeem",
    "send_code",
    "sign_out",
    "skip_code",
    "trust",
    "verify",
]
