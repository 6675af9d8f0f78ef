from celery import shared_task
from django.utils import timezone

from delegations import actions
from viatraj.core.actor import Actor


@shared_task
def expire_invitations():
    actions.expire_invitations(now=timezone.now(), by=Actor.system("invitations"))


@shared_task
def tell_endings():
    actions.tell_endings(today=timezone.localdate(), by=Actor.system("echeances"))
