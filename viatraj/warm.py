"""Loads what the first request of a new worker would otherwise wait for, seconds under load."""

import threading
from pathlib import Path

import django
import structlog
from django.conf import settings
from django.db import DatabaseError, connection
from django.template.loader import get_template
from django.template.utils import get_app_template_dirs
from django.urls import get_resolver

log = structlog.get_logger(__name__)
OF_FIELDS = Path(django.__file__).parent / "forms" / "templates"


def once() -> None:
    """In the process that workers are forked from: import views and what draws papers, resolve URLs, compile
    templates.

    Opens no database connection, which all forks would share.
    """
    import viatraj.core.papier  # noqa: F401  (25 MB, which forks share)

    resolver = get_resolver()
    resolver._populate()  # has no public name; the first `reverse()` would call it
    for name in templates():
        get_template(name)


def templates() -> list[str]:
    """Our own, and those that draw fields."""
    installed = [*get_app_template_dirs("templates"), *map(Path, settings.TEMPLATES[0]["DIRS"])]
    folders = [one for one in installed if "site-packages" not in one.parts] + [OF_FIELDS]
    return sorted({str(path.relative_to(one)) for one in folders for path in one.rglob("*.html")})


def each_thread(pool, threads: int) -> None:
    """In a worker: a connection for each of its threads, which keep theirs."""
    all_there = threading.Barrier(threads)

    def connect():
        all_there.wait(10)
        try:
            connection.ensure_connection()
        except DatabaseError as error:  # the database may come up later; until then pages say so
            log.warning("warm.no_database", error=type(error).__name__)

    for one in [pool.submit(connect) for _ in range(threads)]:
        one.result(30)
