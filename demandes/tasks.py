from celery import shared_task
from django.utils import timezone

from demandes import actions
from demandes.models import Demande, SansSolution
from viatraj.core.actor import Actor
from viatraj.core.saving import act

SLICE = 200
# What was due twice while nothing ran, a reminder then an escalation, is dealt with at once.
PASSES = 3


@shared_task
def follow_deadlines():
    """Each few minutes; also what an outage has delayed. Each demande is a transaction of its own."""
    now, by = timezone.now(), Actor.system("echeances")
    act(actions.follow_delays, now=now, by=by)
    for _ in range(PASSES):
        last = 0
        rows = Demande.objects.due(now).select_related("dossier").order_by("pk")
        while part := list(rows.filter(pk__gt=last)[:SLICE]):
            for demande in part:
                act(actions.fall_due, demande, now=now, by=by)
            last = part[-1].pk
    for one in SansSolution.objects.due(now).select_related("dossier").order_by("pk").iterator(SLICE):
        act(actions.fall_without, one.dossier, now=now, by=by)


@shared_task
def tell():
    """Each minute: whom it concerns, then the mails, those of the morning as well."""
    known = {"now": timezone.now(), "by": Actor.system("alertes")}
    for action in (actions.tell_facts, actions.send_alertes, actions.send_recaps):
        act(action, **known)


@shared_task
def purge_alertes():
    act(actions.purge_alertes, now=timezone.now(), by=Actor.system("purge"))
