from celery import shared_task
from django.utils import timezone

from changements import actions
from viatraj.core.actor import Actor
from viatraj.core.saving import act


@shared_task
def purge():
    act(actions.purge, now=timezone.now(), by=Actor.system("purge"))
