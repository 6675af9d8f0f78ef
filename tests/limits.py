"""Rate limits are counted on Valkey, for everybody: a test begins with none."""

from functools import cache

import redis
from django.conf import settings

from accounts import limits


def forget_limits():
    _valkey().flushdb()
    limits.limiter.cache_clear()


@cache
def _valkey() -> redis.Redis:
    return redis.from_url(settings.REDIS_URL)
