"""First rate limits: they slow an attacker down, count distinct accounts, and never block a whole hospital.

With a dead Valkey they let pass: the lock and the caps in SQL hold.
"""

import hashlib

import structlog
from limits import RateLimitItemPerMinute, parse
from redis.exceptions import RedisError

from accounts import limits
from accounts.limits import limiter as _limiter

log = structlog.get_logger(__name__)

ONCE_AN_ACCOUNT = RateLimitItemPerMinute(1, 10)  # counts an account once in 10 minutes
DISTINCT_ACCOUNTS = RateLimitItemPerMinute(20, 10)  # then the address is slowed
SLOWED = parse("20/minute")
EVERYBODY = parse("1200/minute")  # wrong passwords in all: past that, something is under attack
BEGUN = parse("300/minute")  # by card or Pro Santé Connect from one address: a large hospital at 8 o'clock
BEGUN_IN_ALL = parse("3000/minute")


def seconds_to_wait(address: str, *, now: float) -> int:
    """0 when this address may try a password now."""
    try:
        limiter = _limiter()
        for limit, key in ((DISTINCT_ACCOUNTS, ("distinct", address)), (EVERYBODY, ("everybody",))):
            if not limiter.test(limit, *key) and not limiter.hit(SLOWED, "slowed", address):
                return max(1, int(limiter.get_window_stats(SLOWED, "slowed", address).reset_time - now))
    except RedisError as error:
        log.warning("limits.unavailable", error=type(error).__name__)
    return 0


def seconds_to_wait_to_begin(address: str, *, now: float) -> int:
    """By card or Pro Santé Connect: nothing to guess there, but rows and the provider are spared."""
    return limits.seconds_to_wait(BEGUN, "begun", address, now=now) or limits.seconds_to_wait(
        BEGUN_IN_ALL, "begun-in-all", now=now
    )


def note_refusal(address: str, identifiant: str) -> None:
    account = hashlib.sha256(identifiant.encode()).hexdigest()[:16]
    try:
        limiter = _limiter()
        limiter.hit(EVERYBODY, "everybody")
        if limiter.hit(ONCE_AN_ACCOUNT, "account", address, account):
            limiter.hit(DISTINCT_ACCOUNTS, "distinct", address)
    except RedisError as error:
        log.warning("limits.unavailable", error=type(error).__name__)
