from celery import shared_task
from django.utils import timezone

from delegations import actions
from viatraj.core.actor import Actor
from viatraj.core.saving import act


@shared_task
def expire_invitations():
    act(actions.expire_invitations, now=timezone.now(), by=Actor.system("invitations"))


@shared_task
def tell_endings():
    act(actions.tell_endings, today=timezone.localdate(), by=Actor.system("echeances"))
