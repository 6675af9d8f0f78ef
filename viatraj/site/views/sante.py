"""`/sante/vif`: this process answers. `/sante/pret`: what it needs answers too."""

from functools import cache

import redis
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, ProgrammingError
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import JsonResponse
from django.views.decorators.http import require_safe

BEHIND = "migrations en attente"


@login_not_required
@require_safe
def alive(request):
    return JsonResponse({"etat": "vif"})


@login_not_required
@require_safe
def ready(request):
    """503 names the part that fails. A dead Valkey is told but is no failure: pages go on without it."""
    parts = {"base": _database(), "valkey": _valkey()}
    status = 200 if parts["base"] == "ok" else 503
    return JsonResponse({"etat": "pret" if status == 200 else "indisponible", **parts}, status=status)


def _database() -> str:
    try:
        applied = set(MigrationRecorder.Migration.objects.values_list("app", "name"))
    except ProgrammingError:  # an empty database has no such table yet
        return BEHIND
    except DatabaseError:
        return "injoignable"
    return "ok" if applied >= _migrations() else BEHIND


@cache
def _migrations() -> frozenset[tuple[str, str]]:
    """The migrations of the code, kept in the process: reading them takes a tenth of a second."""
    return frozenset(MigrationLoader(None).disk_migrations)


def _valkey() -> str:
    try:
        _client(settings.REDIS_URL).ping()
    except (redis.RedisError, OSError):
        return "injoignable"
    return "ok"


@cache
def _client(url: str) -> redis.Redis:
    """To make one costs more than to ask; a dead connection is opened anew by itself."""
    return redis.from_url(url, socket_timeout=1, socket_connect_timeout=1)
