"""Rate limits on Valkey: they slow down, never block a whole hospital, and let pass when Valkey is dead."""

from functools import cache

import structlog
from django.conf import settings
from limits import RateLimitItem, parse
from limits.storage import storage_from_string
from limits.strategies import FixedWindowRateLimiter
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)

LINKS_AN_ADDRESS = parse("60 per 10 minute")  # new passwords asked for from one address: a hospital has one
LINKS_IN_ALL = parse("600 per minute")
UNPROVED_AT_ONCE = parse("3 per 10 minute")  # without proof of work: then after a delay, then slower
UNPROVED = parse("20 per hour")
SEARCHES_AT_ONCE = parse("60 per 10 minute")  # of accounts, by one référent
SEARCHES_A_DAY = parse("1000 per day")
ASKED_OF_THE_DIRECTORY = parse("600 per 10 minute")  # public searches from one address: a hospital has one
TAKEN_WHOLE = parse("20 per hour")  # the public directory as a file, by one address
TAKEN_WHOLE_IN_ALL = parse("300 per hour")  # a proxy keeps it for ten minutes
FILES_AT_ONCE = parse("60 per 10 minute")  # taken apart for one account: each is a process for a moment
ONCE_A_PROOF = parse("1 per 2 hour")


@cache
def limiter() -> FixedWindowRateLimiter:
    storage = storage_from_string(
        settings.REDIS_URL, socket_timeout=0.25, socket_connect_timeout=0.25, wrap_exceptions=False
    )
    return FixedWindowRateLimiter(storage)


def seconds_to_wait(limit: RateLimitItem, *key: str, now: float) -> int:
    """Count one more request. Returns the seconds to wait, 0 when it may pass."""
    try:
        if not limiter().hit(limit, *key):
            return max(1, int(limiter().get_window_stats(limit, *key).reset_time - now))
    except RedisError as error:
        log.warning("limits.unavailable", error=type(error).__name__)
    return 0


def seconds_to_wait_for(limit: RateLimitItem, *key: str, count: int, now: float) -> int:
    """Count `count` more requests, all or none. Returns the seconds to wait, 0 when they may pass."""
    try:
        if count and not limiter().test(limit, *key, cost=count):
            return max(1, int(limiter().get_window_stats(limit, *key).reset_time - now))
        if count:
            limiter().hit(limit, *key, cost=count)
    except RedisError as error:
        log.warning("limits.unavailable", error=type(error).__name__)
    return 0
