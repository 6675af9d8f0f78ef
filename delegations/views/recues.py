"""What a delegate is proposed, accepts, gives back, and chooses to work under (DEL-2, DEL-3, DEL-5)."""

from functools import partial

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.policies import own_account
from delegations import actions, emails, rights
from delegations.forms import AnswerForm, SwitchForm
from delegations.models import Delegation
from viatraj.core.forms import posted, submit
from viatraj.core.pages import page
from viatraj.core.saving import act

ANSWERS = {"accepter": (actions.accept, "accepté"), "refuser": (actions.refuse, "refusé")}


@require_safe
def received(request):
    own_account(request.actor)
    today = timezone.localdate()
    rows = list(_mine(request).current(today))
    return page(
        request,
        "delegations/received.html",
        proposed=[row for row in rows if row.is_waiting],
        received=[(row, droits_of(row)) for row in rows if not row.is_waiting],
        today=today,
    )


def _mine(request):
    """By whom, until when, with which rights."""
    rows = Delegation.objects.addressed_to(request.actor.user)
    return rows.select_related("delegant").prefetch_related("droits").order_by("debut", "pk")


def droits_of(delegation) -> str:
    return "Mêmes droits que le médecin" if delegation.is_confrere else rights.label(rights.lent(delegation))


@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request, token):
    """Where the mail leads: it shows, and accepts nothing by itself."""
    own_account(request.actor)
    nonce = emails.nonce_of(token)
    delegation = Delegation.objects.filter(nonce=nonce).select_related("delegant").first() if nonce else None
    if delegation is None:
        return page(request, "delegations/stale_link.html", status=404)
    if not delegation.is_for(request.actor.user, link_in_hand=True):
        if delegation.is_confrere or delegation.delegataire_id:
            raise Http404
        borne = [f"{prenom} {nom}" for nom, prenom in request.actor.user.proved_names()]
        context = {"delegation": delegation, "borne": " ou ".join(borne)}
        return page(request, "delegations/other_card.html", status=403, **context)
    return _answer(request, delegation, nonce=nonce)


@require_http_methods(["GET", "HEAD", "POST"])
def answer(request, pk):
    own_account(request.actor)
    return _answer(request, get_object_or_404(_mine(request), pk=pk))


def _answer(request, delegation, nonce=None):
    form, medecin = AnswerForm(posted(request)), delegation.delegant.titre
    if submit(form, partial(_give, delegation, nonce=nonce, now=timezone.now(), by=request.actor)):
        messages.success(request, f"Vous avez {form.result} la délégation du {medecin}.")
        return redirect("delegations:received")
    return page(
        request,
        "delegations/answer.html",
        form=form,
        delegation=delegation,
        lent=[] if delegation.is_confrere else rights.table(rights.lent(delegation)),
        today=timezone.localdate(),
    )


def _give(delegation, *, reponse, **kwargs) -> str:
    act, told = ANSWERS[reponse]
    act(delegation, **kwargs)
    return told


@require_http_methods(["GET", "HEAD", "POST"])
def renounce(request, pk):
    own_account(request.actor)
    delegation = get_object_or_404(_mine(request), pk=pk)
    if request.method == "POST":
        act(actions.renounce, delegation, now=timezone.now(), by=request.actor)
        messages.success(request, f"Vous avez renoncé à la délégation du {delegation.delegant.titre}.")
        return redirect("delegations:received")
    return page(request, "delegations/renounce.html", delegation=delegation)


@require_POST
def switch(request):
    """«Pour qui je travaille»: one médecin, or oneself again; the session's key changes."""
    form = SwitchForm(request.POST)
    if not form.is_valid():
        raise Http404
    received = Delegation.objects.received_by(request.actor.user).select_related("delegant")
    if pk := form.cleaned_data["delegation"]:
        delegation = get_object_or_404(received.living(), pk=pk)
        act(actions.take_up, delegation, today=timezone.localdate(), by=request.actor)
        _choose(request, pk)
        return redirect("medecin")
    if request.actor.is_acting:
        act(actions.lay_down, received.get(pk=request.actor.delegation_id), by=request.actor)
    _choose(request, None)
    return redirect("delegations:received")


def _choose(request, pk):
    request.session.cycle_key()
    request.session["delegation"] = pk
