"""Rate limits of signing in: they stop guessing, and never refuse a right password (docs/adr/0027).

Two budgets: refusals by address, right passwords by account. A whole hospital has one address, so what others
do from it must not refuse somebody who types the right password, uses a card or Pro Santé Connect. Without
Valkey there are no rate limits; the lock and the caps in SQL remain.
"""

import hashlib

import structlog
from limits import RateLimitItemPerMinute, parse
from redis.exceptions import RedisError

from accounts import limits
from accounts.limits import limiter as _limiter

log = structlog.get_logger(__name__)

ONCE_AN_ACCOUNT = RateLimitItemPerMinute(1, 10)  # counts a refused name once in 10 minutes
DISTINCT_ACCOUNTS = RateLimitItemPerMinute(20, 10)  # then the address is slowed
SLOWED = parse("20/minute")
EVERYBODY = parse("1200/minute")  # refusals in all: past that, something is under attack
RIGHT = RateLimitItemPerMinute(60, 10)  # of one account from one address: a program, not a person
BEGUN = parse("300/minute")  # by card or Pro Santé Connect from one address: a large hospital at 8 o'clock


def is_slowed(address: str) -> bool:
    """Has this address used up its refusals? Its passwords are then checked after everybody else's."""
    try:
        return not all(_limiter().test(limit, *key) for limit, key in _refusals_of(address))
    except RedisError as error:
        log.warning("limits.unavailable", error=type(error).__name__)
        return False


def _refusals_of(address):
    return (DISTINCT_ACCOUNTS, ("distinct", address)), (EVERYBODY, ("everybody",))


def note_refusal(address: str, identifiant: str, *, now: float) -> int:
    """Count one more refusal.

    Returns the seconds to wait, 0 while the budget lasts; only refusals are told to wait.
    """
    account = hashlib.sha256(identifiant.encode()).hexdigest()[:16]
    try:
        limiter = _limiter()
        was_slowed = is_slowed(address)
        limiter.hit(EVERYBODY, "everybody")
        if limiter.hit(ONCE_AN_ACCOUNT, "account", address, account):
            limiter.hit(DISTINCT_ACCOUNTS, "distinct", address)
    except RedisError as error:
        log.warning("limits.unavailable", error=type(error).__name__)
        return 0
    return limits.seconds_to_wait(SLOWED, "slowed", address, now=now) if was_slowed else 0


def note_right(address: str, account: int, *, now: float) -> int:
    """Count a right password, against the account's own budget."""
    return limits.seconds_to_wait(RIGHT, "right", address, str(account), now=now)


def is_storm(address: str, *, now: float) -> bool:
    """More begun sign-ins than people make: they go on, without a line in the journal."""
    return bool(limits.seconds_to_wait(BEGUN, "begun", address, now=now))
