from celery import shared_task
from django.utils import timezone

from habilitations import actions
from viatraj.core.actor import Actor


@shared_task
def alert_expiries():
    """Each morning; what an outage held back is caught up."""
    today, by = timezone.localdate(), Actor.system("echeances")
    actions.alert_expiries(today=today, by=by)
    actions.digest_expiries(today=today, by=by)
