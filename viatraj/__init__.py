# Whoever starts Django hands tasks to this app's broker, not to Celery's default one.
from viatraj.celery import app as celery_app

__all__ = ["celery_app"]
