"""The worker and the beat: `celery -A viatraj`."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "viatraj.settings")
app = Celery("viatraj")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
