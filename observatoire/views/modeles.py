"""Orders kept under a name, to be sent again or each month (OBS-3)."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from observatoire import actions, policies, rapports
from observatoire.forms.commandes import ModeleForm
from observatoire.models import Commande, ModeleCommande
from viatraj.core.forms import posted, submit
from viatraj.core.pages import page
from viatraj.core.saving import act


@require_safe
def index(request):
    policies.consult(request.actor)
    rows = ModeleCommande.objects.visible_to(request.actor).in_order()
    return page(
        request,
        "observatoire/modeles.html",
        modeles=[(one, rapports.get(one.rapport)) for one in rows],
    )


@require_http_methods(["GET", "HEAD", "POST"])
def save(request, pk):
    """What an order asked, under a name; a period that moves on in place of its dates."""
    policies.consult(request.actor)
    commande = get_object_or_404(Commande.objects.visible_to(request.actor), pk=int(pk))
    form = ModeleForm(posted(request))
    today = timezone.localdate()
    if submit(form, actions.save_model, commande=commande, today=today, by=request.actor):
        messages.success(request, "Le modèle est enregistré.")
        return redirect("observatoire:modeles")
    return page(
        request,
        "observatoire/modele_save.html",
        form=form,
        commande=commande,
        rapport=rapports.get(commande.rapport),
    )


@require_POST
def stop(request, pk):
    act(actions.unschedule, _found(request, pk), by=request.actor)
    messages.success(request, "La commande mensuelle est arrêtée. Le modèle reste.")
    return redirect("observatoire:modeles")


@require_POST
def remove(request, pk):
    act(actions.remove_model, _found(request, pk), by=request.actor)
    messages.success(request, "Le modèle est supprimé.")
    return redirect("observatoire:modeles")


def _found(request, pk) -> ModeleCommande:
    policies.consult(request.actor)
    return get_object_or_404(ModeleCommande.objects.visible_to(request.actor), pk=int(pk))
