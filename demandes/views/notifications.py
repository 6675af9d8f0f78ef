"""One notification of orientation, its status; a person who is looked for (DOS-4)."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from demandes import actions, policies
from demandes.forms.notifications import PersonneForm, StatutForm, UniteForm
from demandes.handicap.suivis import SUIVIS, suivis
from demandes.models import Notification
from demandes.reads import fiches
from demandes.reads import suivis as reads
from demandes.reads.esms import unites
from viatraj.core import searches
from viatraj.core.forms import posted, submit
from viatraj.core.pages import opens, page
from viatraj.core.saving import act

KIND = "notifications"  # as `searches` keeps them


def notification_of(request, pk) -> Notification:
    rows = Notification.objects.visible_to(request.actor).with_lieu()
    return get_object_or_404(rows.select_related("decision__mdph", "mdph", "lue_par"), pk=pk)


@require_safe
def detail(request, pk):
    notification, now = notification_of(request, pk), timezone.now()
    fresh = act(actions.read_notification, notification, opens=opens(request), now=now, by=request.actor)
    if fresh is not notification:
        notification = notification_of(request, pk)
    fiche = fiches.of(request.actor, notification, now=now)
    return page(request, "notifications/detail.html", fiche=fiche, notification=notification)


@require_http_methods(["GET", "HEAD", "POST"])
def statut(request, pk):
    notification, now = notification_of(request, pk), timezone.now()
    offered = fiches.gestes(request.actor, notification)
    if not offered and request.method != "POST":
        messages.info(request, "Aucun changement de statut ne vous est ouvert ici.")
        return redirect(notification)
    offered = fiches.meant(offered, request.GET.get("vers", ""))
    known = {"notification": notification, "passages": offered}
    form = StatutForm(posted(request), today=timezone.localdate(now), **known)
    if submit(form, actions.change_statut, notification=notification, now=now, by=request.actor):
        messages.success(request, "Le statut est enregistré.")
        return redirect(notification)
    return page(
        request,
        "notifications/change.html",
        form=form,
        title=fiches.title(offered),
        fiche=fiches.of(request.actor, notification, now=now),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def unite(request, pk):
    notification, now = notification_of(request, pk), timezone.now()
    offered = unites(notification, request.actor)
    if not fiches.may_place(request.actor, notification):
        raise PermissionDenied("Vous ne changez pas le statut de cette personne dans une unité.")
    form = UniteForm(
        posted(request),
        notification=notification,
        passages=fiches.of_units(notification, offered),
        unites=offered,
        today=timezone.localdate(now),
    )
    if submit(form, actions.change_unite, notification=notification, now=now, by=request.actor):
        messages.success(request, "Le statut dans l’unité est enregistré.")
        return redirect(notification)
    return page(
        request,
        "notifications/change.html",
        form=form,
        title="Changer le statut dans l’unité" if notification.statut_unite else "Confier à une unité",
        fiche=fiches.of(request.actor, notification, now=now),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def search(request, cle=""):
    """By name in a POST, kept under a key: no name in an address or a log."""
    policies.search_notifications(request.actor)
    now = timezone.now()
    if request.method != "POST":
        return _search_again(request, cle, now)
    form = PersonneForm(request.POST)
    if not submit(form, actions.search_notifications, now=now, by=request.actor):
        known = {"found": None, "more": False, "is_mdph": _is_of_mdph(request.actor)}
        return page(request, "notifications/recherche.html", form=form, **known)
    typed = {name: form.data.get(name, "") for name in form.fields}
    return redirect("notifications:found", searches.keep(request, KIND, typed=typed, found=form.result))


def _search_again(request, cle, now):
    """Those found then, as they are now: nobody else is read (docs/adr/0039)."""
    asked = searches.find(request, KIND, cle) if cle else None
    if cle and asked is None:
        messages.info(request, searches.GONE)
    keys = asked["found"] if asked else []
    return page(
        request,
        "notifications/recherche.html",
        form=PersonneForm(initial=asked["typed"] if asked else None),
        found=reads.again(request.actor, keys[: reads.FOUND_AT_MOST], now=now) if asked else None,
        more=len(keys) > reads.FOUND_AT_MOST,
        is_mdph=_is_of_mdph(request.actor),
    )


def _is_of_mdph(actor) -> bool:
    return SUIVIS["mdph"] in suivis(actor)
