from celery import shared_task
from django.utils import timezone

from accounts import actions
from viatraj.core.actor import Actor
from viatraj.core.saving import act


@shared_task
def purge_sessions():
    act(actions.purge_sessions, now=timezone.now(), by=Actor.system("purge"))


@shared_task
def warn_of_expiry():
    act(actions.warn_of_expiry, now=timezone.now(), by=Actor.system("mots-de-passe"))
