"""What a delegate is proposed, accepts, and chooses to work under (DEL-3, DEL-5)."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.policies import own_account
from delegations import actions, emails
from delegations.forms import AnswerForm, SwitchForm
from delegations.models import Delegation
from viatraj.core.forms import posted
from viatraj.core.pages import page


@require_safe
def received(request):
    own_account(request.actor)
    today = timezone.localdate()
    mine = (
        Delegation.objects.visible_to(request.actor)
        .received_by(request.actor.user)
        .select_related("delegant")
    )
    return page(
        request,
        "delegations/received.html",
        received=mine.current(today).order_by("debut", "pk"),
        today=today,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request, token):
    """Where the mail leads: it shows, and accepts nothing by itself."""
    own_account(request.actor)
    nonce = emails.nonce_of(token)
    delegation = Delegation.objects.filter(nonce=nonce).select_related("delegant").first() if nonce else None
    if delegation is None:
        return page(request, "delegations/stale_link.html", status=404)
    if delegation.delegataire_id != request.actor.user.pk:
        raise Http404
    return _answer(request, delegation)


@require_http_methods(["GET", "HEAD", "POST"])
def answer(request, pk):
    own_account(request.actor)
    mine = Delegation.objects.visible_to(request.actor).received_by(request.actor.user)
    return _answer(request, get_object_or_404(mine.select_related("delegant"), pk=pk))


def _answer(request, delegation):
    form = AnswerForm(posted(request))
    if form.is_valid():
        medecin = delegation.delegant.titre
        if form.cleaned_data["reponse"] == "accepter":
            actions.accept(delegation, now=timezone.now(), by=request.actor)
            messages.success(request, f"Vous avez accepté la délégation du {medecin}.")
        else:
            actions.refuse(delegation, now=timezone.now(), by=request.actor)
            messages.success(request, f"Vous avez refusé la délégation du {medecin}.")
        return redirect("delegations:received")
    return page(
        request, "delegations/answer.html", form=form, delegation=delegation, today=timezone.localdate()
    )


@require_POST
def switch(request):
    """«Pour qui je travaille»: one médecin, or oneself again; the session's key changes."""
    form = SwitchForm(request.POST)
    if not form.is_valid():
        raise Http404
    received = Delegation.objects.received_by(request.actor.user).select_related("delegant")
    if pk := form.cleaned_data["delegation"]:
        delegation = get_object_or_404(received.living(), pk=pk)
        actions.take_up(delegation, today=timezone.localdate(), by=request.actor)
        _choose(request, pk)
        return redirect("medecin")
    if request.actor.is_acting:
        actions.lay_down(received.get(pk=request.actor.delegation_id), by=request.actor)
    _choose(request, None)
    return redirect("delegations:received")


def _choose(request, pk):
    request.session.cycle_key()
    request.session["delegation"] = pk
