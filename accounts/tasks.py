from celery import shared_task
from django.utils import timezone

from accounts import actions
from viatraj.core.actor import Actor


@shared_task
def purge_sessions():
    actions.purge_sessions(now=timezone.now(), by=Actor.system("purge"))


@shared_task
def warn_of_expiry():
    actions.warn_of_expiry(now=timezone.now(), by=Actor.system("mots-de-passe"))
