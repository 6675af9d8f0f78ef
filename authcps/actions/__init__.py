"""Signing in. The only writer of this app."""

from authcps.actions.attempts import (
    ATTEMPT_LIFETIME,
    begin,
    finish,
    identify,
    known_as,
    purge,
    sign_out,
    verify,
)
from authcps.actions.cartes import CHALLENGE_LIFETIME, answer, challenge, claim, note_card, present
from authcps.actions.codes import enrol, redeem, send_code, skip_code, trust
from authcps.actions.identites import (
    open_account,
    open_assistant,
    pair,
    recognise,
    remove,
    show_other_name,
    unpair,
)
from authcps.actions.psc import refuse
from authcps.actions.reception import choose_reception, confirm_reception
from authcps.actions.secours import add_totp, make_recovery, redeem_recovery, redeem_totp, remove_totp

__all__ = [
    "ATTEMPT_LIFETIME",
    "CHALLENGE_LIFETIME",
    "add_totp",
    "answer",
    "begin",
    "challenge",
    "choose_reception",
    "claim",
    "confirm_reception",
    "enrol",
    "finish",
    "identify",
    "known_as",
    "make_recovery",
    "note_card",
    "open_account",
    "open_assistant",
    "pair",
    "present",
    "purge",
    "recognise",
    "redeem",
    "redeem_recovery",
    "redeem_totp",
    "refuse",
    "remove",
    "remove_totp",
    "send_code",
    "show_other_name",
    "sign_out",
    "skip_code",
    "trust",
    "unpair",
    "verify",
]
