from celery import shared_task
from django.utils import timezone

from habilitations import actions
from habilitations.imports import actions as imports
from habilitations.models import Campagne, Import
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


@shared_task
def proceed_campagne(pk):
    """Fills a campaign, or closes it and makes its report, from where the last worker stopped."""
    now, by = timezone.now(), Actor.system("campagnes")
    campagne, when = Campagne.objects.get(pk=pk), {"today": timezone.localdate(now), "now": now}
    if campagne.state == Campagne.State.PREPARING:
        while campagne.state == Campagne.State.PREPARING:
            campagne = act(actions.fill_slice, campagne, **when, by=by)
        act(actions.remind_reviewers, today=when["today"], by=by)
    if campagne.state == Campagne.State.CLOSING:
        while act(actions.settle_slice, campagne, **when, by=by):
            pass
        campagne.refresh_from_db()
    if campagne.state == Campagne.State.CLOSED:
        act(actions.report_campagne, campagne, by=by)


@shared_task
def follow_campagnes():
    """Each few minutes: those whose deadline has passed, those at work, then what changed meanwhile."""
    now, by = timezone.now(), Actor.system("campagnes")
    today = timezone.localdate(now)
    act(actions.close_due, today=today, now=now, by=by)
    for pk in Campagne.objects.at_work().order_by("pk").values_list("pk", flat=True):
        proceed_campagne(pk)
    for campagne in Campagne.objects.filter(state=Campagne.State.OPEN).order_by("pk"):
        act(actions.follow_campagne, campagne, today=today, by=by)


@shared_task
def remind_reviewers():
    act(actions.remind_reviewers, today=timezone.localdate(), by=Actor.system("campagnes"))
