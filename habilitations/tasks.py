from celery import shared_task
from django.utils import timezone

from habilitations import actions
from habilitations.imports import actions as imports
from habilitations.models import Import
from viatraj.core.actor import Actor
from viatraj.core.saving import act


@shared_task
def alert_expiries():
    """Each morning; also announces what an outage has delayed."""
    today, by = timezone.localdate(), Actor.system("echeances")
    act(actions.alert_expiries, today=today, by=by)
    act(actions.digest_expiries, today=today, by=by)


@shared_task
def tell_referents():
    """Of the last quarter of an hour: what was asked, and not given meanwhile; who came or left."""
    known = {"today": timezone.localdate(), "now": timezone.now()}
    act(actions.close_satisfied, **known, by=Actor.system("demandes"))
    act(actions.tell_referents, **known, by=Actor.system("demandes"))
    act(actions.tell_of_referents, **known, by=Actor.system("referents"))


@shared_task
def proceed_import(pk):
    """Checks or writes a deposited file, as far as it is."""
    act(imports.proceed, pk, today=timezone.localdate(), now=timezone.now(), by=Actor.system("imports"))


@shared_task
def resume_imports():
    """Imports that a dead worker or a dead broker has left."""
    for pk in Import.objects.at_work().order_by("pk").values_list("pk", flat=True):
        proceed_import(pk)


@shared_task
def purge_imports():
    act(imports.purge_imports, now=timezone.now(), by=Actor.system("purge"))
