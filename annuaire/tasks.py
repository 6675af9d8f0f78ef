import structlog
from celery import shared_task
from django.conf import settings
from django.utils import timezone

from annuaire import actions
from annuaire.models import Fermeture, Releve
from annuaire.ror import sources
from annuaire.ror.refus import Refused
from viatraj.core.actor import Actor
from viatraj.core.saving import act

log = structlog.get_logger(__name__)


@shared_task
def follow_avis():
    """Each morning: structures that a feeder says closed, and that nobody has answered for."""
    act(actions.follow_avis, now=timezone.now(), by=Actor.system("fermetures"))


@shared_task
def proceed_fermeture(pk):
    """What hangs on a structure that closes or opens again, from where the last worker stopped."""
    fermeture = Fermeture.objects.get(pk=pk)
    while act(actions.settle_slice, fermeture, by=Actor.system("fermetures")):
        pass


@shared_task
def resume_fermetures():
    """Those that a dead worker or a dead broker has left, and those that a feeder's delay has begun."""
    for pk in Fermeture.objects.at_work().order_by("pk").values_list("pk", flat=True):
        proceed_fermeture(pk)


@shared_task
def sync_ror(full=False):
    """Several times a day what has changed, once a week all; nothing where no ROR is configured."""
    if not settings.ROR_URL:
        return
    _with_the_ror(actions.sync_ror, full=full)


@shared_task
def resume_ror():
    """A run that a dead worker has left, or that waits for its export: from its row."""
    act(actions.proceed_ror, now=timezone.now(), by=Actor.system("ror"))
    if settings.ROR_URL and Releve.objects.filter(etat=Releve.Etat.ATTENTE).exists():
        _with_the_ror(actions.look_ror)


def _with_the_ror(verb, **known):
    try:
        source = sources.opened("", settings)
        releve = act(verb, source, now=timezone.now(), by=Actor.system("ror"), **known)
    except actions.Busy:
        log.info("ror.busy")
    except Refused as error:
        log.warning("ror.refused", reason=str(error))
    else:
        if releve is not None and releve.refus:
            log.warning("ror.refused", reason=releve.refus)
