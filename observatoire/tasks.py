from celery import shared_task
from django.utils import timezone

from observatoire import actions
from viatraj.core.actor import Actor
from viatraj.core.saving import act


@shared_task
def refresh_store(full=False):
    """Each night what has moved, once a week all."""
    act(actions.refresh_store, full=full, now=timezone.now(), by=Actor.system("observatoire"))
