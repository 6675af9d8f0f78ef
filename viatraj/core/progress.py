"""How far a long job is, kept in Valkey, as the job itself commits nothing before its end."""

from contextlib import suppress
from functools import cache

from django.conf import settings
from redis import Redis
from redis.exceptions import RedisError

LIFETIME = 3600  # seconds


@cache
def _valkey() -> Redis:
    return Redis.from_url(settings.REDIS_URL, socket_timeout=0.25, socket_connect_timeout=0.25)


def tell(key: str, done: int) -> None:
    with suppress(RedisError):  # a figure on a page, nothing more
        _valkey().set(key, done, ex=LIFETIME)


def read(key: str) -> int:
    try:
        return int(_valkey().get(key) or 0)
    except RedisError:
        return 0
