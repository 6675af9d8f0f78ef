"""Wakes the worker; without the broker, the next `resume_imports` will."""

from viatraj.core.waking import wake

TASK = "habilitations.tasks.proceed_import"  # by its name: tasks stand above


def start(one, *, task=TASK):
    wake(task, one.pk)
