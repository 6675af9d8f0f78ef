from celery import shared_task
from django.utils import timezone

from accounts import actions
from viatraj.core.actor import Actor


@shared_task
def purge_sessions():
    actions.purge_sessions(now=timezone.now(), by=Actor.system("purge"))
