"""What a person is told of demandes, dossiers and notifications, and how he wants to be (DOS-6, HAB-8)."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

import demandes.actions
from courrier.mssante import is_mssante
from demandes import policies
from demandes.forms.alertes import ChoixForm
from demandes.reads import alertes, interesses
from viatraj.core.forms import posted, submit
from viatraj.core.pages import page
from viatraj.core.saving import act


@require_http_methods(["GET", "HEAD", "POST"])
def index(request):
    """The bell: the latest, those that are not read first said; one button reads them all."""
    policies.own_alertes(request.actor)
    if request.method == "POST":
        act(demandes.actions.mark_read, now=timezone.now(), by=request.actor)
        messages.success(request, "Vos alertes sont marquées comme lues.")
        return redirect("alertes")
    return page(request, "espaces/alertes.html", alertes=alertes.latest(request.user))


@require_safe
def alerte(request, pk):
    """Where a mail leads after sign-in: to what it is about, or to what may be said of that."""
    policies.own_alertes(request.actor)
    one = get_object_or_404(alertes.of(request.user).filter(pk=pk))
    if there := alertes.address(request.actor, one):
        return redirect(there)
    return page(request, "espaces/alerte.html", alerte=one, dite=alertes.dite(one, on=timezone.localdate()))


@require_safe
def number(request):
    """For the bell of a page that stays open; asked as a page that reads itself again, so nobody is there."""
    policies.own_alertes(request.actor)
    return HttpResponse(
        str(request.session.beside.get("unread", 0)), content_type="text/plain; charset=utf-8"
    )


@require_http_methods(["GET", "HEAD", "POST"])
def choix(request):
    policies.own_alertes(request.actor)
    owners = interesses.owners(request.user, on=timezone.localdate())
    form = ChoixForm(posted(request), owners=owners)
    if submit(form, demandes.actions.choose, now=timezone.now(), by=request.actor):
        messages.success(request, "Vos choix sont enregistrés.")
        return redirect("alertes_choix")
    return page(request, "espaces/alertes_choix.html", form=form, mssante=is_mssante(request.user.email))
