"""Wakes the worker; without the broker, the next `resume_imports` will."""

import structlog
from celery import current_app
from kombu.exceptions import OperationalError

log = structlog.get_logger(__name__)
TASK = "habilitations.tasks.proceed_import"  # by its name: tasks stand above


def start(one, *, task=TASK):
    try:
        current_app.send_task(task, (one.pk,), retry=False)
    except OperationalError as error:
        log.warning("import.waits", error=type(error).__name__)
