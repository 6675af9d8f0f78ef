"""Signing in. The only writer of this app."""

from authcps.actions.attempts import begin, finish, identify, known_as, purge, sign_out, verify
from authcps.actions.codes import enrol, redeem, send_code, skip_code, trust
from authcps.actions.identites import open_account, pair, recognise, remove, verify_address
from authcps.actions.psc import refuse

__all__ = [
    "begin",
    "enrol",
    "finish",
    "identify",
    "known_as",
    "open_account",
    "pair",
    "purge",
    "recognise",
    "redeem",
    "refuse",
    "remove",
    "send_code",
    "sign_out",
    "skip_code",
    "trust",
    "verify",
    "verify_address",
]
