from celery import shared_task
from django.utils import timezone

from dossiers import actions
from viatraj.core.actor import Actor
from viatraj.core.saving import act


@shared_task
def follow_unchanged():
    """Each morning; also what an outage has delayed. Archived first: whoever is told today has his time."""
    now = timezone.now()
    known = {"today": timezone.localdate(now), "now": now, "by": Actor.system("echeances")}
    act(actions.archive_unchanged, **known)
    act(actions.remind_unchanged, **known)
