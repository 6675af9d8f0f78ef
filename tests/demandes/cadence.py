"""The service’s own tasks, at a pace that a test can wait for: `celery -A tests.demandes.cadence`."""

from viatraj.celery import app

app.conf.beat_schedule = {"tell": {"task": "demandes.tasks.tell", "schedule": 1.0}}
