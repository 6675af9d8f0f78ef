"""Wakes the worker; without the broker, the periodic task that catches up will find what waits."""

import structlog
from celery import current_app
from kombu.exceptions import OperationalError

log = structlog.get_logger(__name__)


def wake(task: str, pk: int) -> None:
    """`task` by its name: tasks stand above whoever calls."""
    try:
        current_app.send_task(task, (pk,), retry=False)
    except OperationalError as error:
        log.warning("task.waits", task=task, error=type(error).__name__)
