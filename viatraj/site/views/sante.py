"""`/sante/vif`: this process answers. `/sante/pret`: what it needs answers too."""

import redis
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import JsonResponse
from django.views.decorators.http import require_safe


@login_not_required
@require_safe
def alive(request):
    return JsonResponse({"etat": "vif"})


@login_not_required
@require_safe
def ready(request):
    """503 names the part that fails. Pages go on without Valkey: its death is said, not fatal."""
    parts = {"base": _database(), "valkey": _valkey()}
    status = 200 if parts["base"] == "ok" else 503
    return JsonResponse({"etat": "pret" if status == 200 else "indisponible", **parts}, status=status)


def _database() -> str:
    try:
        executor = MigrationExecutor(connection)
        behind = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return "injoignable"
    return "migrations en attente" if behind else "ok"


def _valkey() -> str:
    try:
        with redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1) as client:
            client.ping()
    except (redis.RedisError, OSError):
        return "injoignable"
    return "ok"
