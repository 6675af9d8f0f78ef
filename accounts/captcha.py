"""«Code de sécurité»: a proof of work (altcha) instead of a puzzle; nothing to read, to hear or to copy.

Without script nothing proves: a few requests pass at once, then a delay, then a limit by address.
"""

import json
import time

import altcha
from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError

from accounts import limits
from viatraj.core.reading import reads

ALGORITHM, COST = "PBKDF2/SHA-256", 1500  # × 256 tries on average: under a second on an office computer
LIFETIME = 3600  # seconds
DELAY = 30  # seconds a page without script must have been shown, past the first few
TOO_SOON = f"Sans script, attendez {DELAY} secondes sur cette page avant d’envoyer de nouveau la demande."


def challenge(*, now: float) -> str:
    """JSON for the script of the page; signed, and good for one hour."""
    made = altcha.create_challenge(ALGORITHM, COST, expires_at=int(now) + LIFETIME, hmac_secret=_secret())
    return json.dumps(made.to_dict())


def shown(*, now: float) -> str:
    return signing.Signer(salt="accounts.captcha").sign(int(now))


class NotProved(Exception):
    pass


def is_proved(payload: str) -> bool:
    """A right solution of a challenge of ours, accepted once.

    Without Valkey it is accepted until the challenge expires.
    """
    try:
        signature = read_proof(payload)
    except NotProved:
        return False
    return not limits.seconds_to_wait(limits.ONCE_A_PROOF, "proof", signature, now=time.time())


@reads(NotProved, NotProved)
def read_proof(payload: str) -> str:
    """The signature of the challenge that it solves."""
    if not payload or not altcha.verify_solution(payload, _secret()).verified:
        raise NotProved
    return str(altcha.Payload.from_base64(payload).challenge.signature)


def check_delay(shown_at: str, address: str, *, now: float) -> None:
    """For a page without proof: ValidationError when it comes too soon after the others."""
    if not limits.seconds_to_wait(limits.UNPROVED_AT_ONCE, "unproved-at-once", address, now=now):
        return
    try:
        age = now - int(signing.Signer(salt="accounts.captcha").unsign(shown_at))
    except (signing.BadSignature, ValueError):
        age = 0
    if age < DELAY:
        raise ValidationError(TOO_SOON, code="too_soon")


def _secret() -> str:
    return f"accounts.captcha:{settings.SECRET_KEY}"
