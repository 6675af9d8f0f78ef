"""First rate limits: they slow an attacker down, count distinct accounts, and never block a whole hospital.

With a dead Valkey they let pass: the lock and the caps in SQL hold.
"""

import hashlib

import structlog
from limits import RateLimitItemPerMinute, parse
from redis.exceptions import RedisError

from accounts.limits import limiter as _limiter

log = structlog.get_logger(__name__)

ONCE_AN_ACCOUNT = RateLimitItemPerMinute(1, 10)  # counts an account once in 10 minutes
DISTINCT_ACCOUNTS = RateLimitItemPerMinute(20, 10)  # then the address is slowed
SLOWED = parse("20/minute")
EVERYBODY = parse("1200/minute")  # wrong passwords in all: past that, something is under attack


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


def note_refusal(address: str, identifiant: str) -> None:
    account = hashlib.sha256(identifiant.encode()).hexdigest()[:16]
    try:
        limiter = _limiter()
        limiter.hit(EVERYBODY, "everybody")
        if limiter.hit(ONCE_AN_ACCOUNT, "account", address, account):
            limiter.hit(DISTINCT_ACCOUNTS, "distinct", address)
    except RedisError as error:
        log.warning("limits.unavailable", error=type(error).__name__)
