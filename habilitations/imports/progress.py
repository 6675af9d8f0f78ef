"""How far a check is, kept in Valkey, as the check itself writes nothing before its end."""

from contextlib import suppress
from functools import cache

from django.conf import settings
from redis import Redis
from redis.exceptions import RedisError

EVERY, LIFETIME = 10, 3600  # lines; seconds


@cache
def _valkey() -> Redis:
    return Redis.from_url(settings.REDIS_URL, socket_timeout=0.25, socket_connect_timeout=0.25)


def _key(one) -> str:
    return f"import:{one.cle}:{one.state}"


def tell(one, done: int):
    if done % EVERY == 0:
        with suppress(RedisError):  # a figure on a page, nothing more
            _valkey().set(_key(one), done, ex=LIFETIME)


def read(one) -> int:
    try:
        return int(_valkey().get(_key(one)) or 0)
    except RedisError:
        return 0
