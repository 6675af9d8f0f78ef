from celery import shared_task
from django.utils import timezone

from authcps import actions
from viatraj.core.actor import Actor


@shared_task
def purge_attempts():
    actions.purge(now=timezone.now(), by=Actor.system("purge"))
