"""A dossier’s demandes: whom it is asked of, chosen, checked, sent."""

from django.contrib import messages
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from demandes import actions, policies
from demandes.forms.envoi import ChoixForm, EnvoiForm
from demandes.reads import verifications
from demandes.reads.dossier import lignes, selection
from dossiers.views.reach import dossier_of
from viatraj.core.forms import posted, submit
from viatraj.core.pages import page
from viatraj.core.policies import can
from viatraj.core.typography import counted


@require_safe
def index(request, numero):
    dossier = dossier_of(request, numero)
    policies.look(request.actor, dossier)
    may_send = can(policies.send, request.actor, dossier)
    return page(request, "demandes/index.html", dossier=dossier, lignes=lignes(dossier), may_send=may_send)


@require_http_methods(["GET", "HEAD", "POST"])
def choose(request, numero):
    """A plain list; the word of the address narrows it."""
    dossier = dossier_of(request, numero)
    policies.send(request.actor, dossier)
    mot = request.GET.get("mot", "")[:100]
    form = ChoixForm(posted(request), dossier=dossier, mot=mot)
    if submit(form, actions.select, dossier=dossier, now=timezone.now(), by=request.actor):
        return redirect("demandes:send", numero)
    return page(request, "demandes/choose.html", dossier=dossier, form=form, mot=mot)


@require_http_methods(["GET", "HEAD", "POST"])
def send(request, numero):
    """Shown with all that speaks against it; nothing leaves while something blocks."""
    dossier = dossier_of(request, numero)
    policies.send(request.actor, dossier)
    now, chosen = timezone.now(), selection(dossier)
    if not chosen and request.method != "POST":
        return redirect("demandes:offre", numero)
    form = EnvoiForm(posted(request), selection=chosen)
    if submit(form, actions.send, dossier=dossier, now=now, by=request.actor):
        messages.success(request, f"{counted(len(form.result), 'demande envoyée')}.")
        return redirect("demandes:index", numero)
    points = verifications.of(dossier, [one.lieu for one in chosen], now=now)
    told = [(one, [point for point in points if point.lieu == one.lieu_key]) for one in chosen]
    general = [point for point in points if not point.lieu]
    return page(request, "demandes/send.html", dossier=dossier, form=form, choisies=told, points=general)
