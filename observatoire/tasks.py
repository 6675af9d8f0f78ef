import structlog
from celery import shared_task
from django.utils import timezone

from observatoire import actions
from observatoire.reads import mesures
from viatraj.core.actor import Actor
from viatraj.core.saving import act
from viatraj.core.waking import wake

log = structlog.get_logger(__name__)
MAKE = "observatoire.tasks.make"


@shared_task(time_limit=3600)
def make(pk=0):
    """Not the one that rang, but those whose turn it is, until none is left."""
    while act(actions.make_next, now=timezone.now(), by=Actor.system("rapports")):
        pass


@shared_task
def resume_reports():
    """Orders that a dead worker or a dead broker has left; the figures of the queue, each minute."""
    now = timezone.now()
    waits, said = act(actions.take_back, now=now, by=Actor.system("rapports")), mesures.queue(now=now)
    if waits or said["failed"]:
        seconds = int((now - said["oldest"]).total_seconds()) if said["oldest"] else 0
        write = log.warning if said["late"] else log.info
        write("rapports.queue", waiting=waits, running=said["running"], oldest=seconds, failed=said["failed"])
    if waits:
        wake(MAKE, 0)


@shared_task
def order_due():
    """Monthly orders; also those that an outage has delayed."""
    if act(actions.order_due, now=timezone.now(), by=Actor.system("rapports")):
        wake(MAKE, 0)


@shared_task
def purge_reports():
    now, by = timezone.now(), Actor.system("purge")
    act(actions.remind, now=now, by=by)
    act(actions.erase_files, now=now, by=by)


@shared_task
def refresh_store(full=False):
    """Each night what has moved, once a week all; while another run goes on, it does the work."""
    try:
        act(actions.refresh_store, full=full, now=timezone.now(), by=Actor.system("observatoire"))
    except actions.Busy:
        log.info("store.busy")
