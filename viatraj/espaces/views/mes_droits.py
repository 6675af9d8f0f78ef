"""«Mes référents» (COM-6), «Mes droits», and one's own habilitations in «Mon compte» (COM-5, HAB-8)."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

import habilitations.actions
import habilitations.policies
from accounts.policies import own_account
from habilitations.forms.droits import DroitForm
from habilitations.forms.fins import PrevenirForm
from habilitations.reads import referents, relais
from habilitations.reads.mes_habilitations import own
from viatraj.core.forms import posted, submit
from viatraj.core.pages import page
from viatraj.core.policies import can
from viatraj.core.saving import act
from viatraj.espaces.droits import answer, effective, lent


@require_safe
def referents_index(request):
    """One line a place of mine, with «Voir»."""
    own_account(request.actor)
    by_place = {one.lieu_key: one for one in own(request.user, on=timezone.localdate())}
    return page(request, "espaces/mes_referents.html", rows=list(by_place.values()))


@require_safe
def referents_of(request, pk):
    own_account(request.actor)
    habilitation = get_object_or_404(own(request.user, on=timezone.localdate()), pk=pk)
    blocs, coordination = referents.of(habilitation, today=timezone.localdate())
    return page(
        request,
        "espaces/mes_referents_lieu.html",
        habilitation=habilitation,
        blocs=blocs,
        coordination=coordination,
    )


@require_safe
def droits(request):
    """Each effective right, with the habilitation or délégation that gives it; and why not another."""
    own_account(request.actor)
    user, today = request.user, timezone.localdate()
    form = DroitForm(request.GET if request.GET.get("droit") else None)
    modules = effective(user, today=today)
    told = answer(form.cleaned_data["droit"], modules, user, today=today) if form.is_valid() else None
    return page(
        request,
        "espaces/mes_droits.html",
        form=form,
        modules=modules,
        answer=told,
        lent=lent(user, today=today),
        today=today,
    )


@require_POST
def notify(request, pk):
    """«Réception des e-mails»."""
    own_account(request.actor)
    habilitation = get_object_or_404(own(request.user, on=timezone.localdate()), pk=pk)
    wanted = request.POST.get("emails") == "on"
    act(habilitations.actions.notify, habilitation, wanted=wanted, by=request.actor)
    messages.success(
        request,
        f"{habilitation.intitule}\u00a0: "
        f"{'vous recevrez les e-mails' if wanted else 'vous ne recevrez plus d’e-mail'}.",
    )
    return redirect("mon_compte")


@require_http_methods(["GET", "HEAD", "POST"])
def give_up(request, pk):
    """The red cross, and its confirmation."""
    own_account(request.actor)
    habilitation = get_object_or_404(own(request.user, on=timezone.localdate()), pk=pk)
    today = timezone.localdate()
    left = relais.alone([habilitation], on=today, today=today)
    form = PrevenirForm(posted(request), left=left)
    arguments = {"habilitation": habilitation, "now": timezone.now(), "by": request.actor}
    if submit(form, habilitations.actions.give_up, **arguments):
        messages.success(request, f"Vous n’avez plus le profil {habilitation.intitule}.")
        return redirect("mon_compte")
    may_name = can(habilitations.policies.administer, request.actor)
    return page(request, "espaces/give_up.html", form=form, habilitation=habilitation, may_name=may_name)
