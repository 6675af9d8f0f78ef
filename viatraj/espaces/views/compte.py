"""«Mon compte» (COM-5, first form), the charte (CON-8, CON-13), «Rester connecté»."""

from datetime import datetime
from functools import cache

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

import accounts.actions
import authcps.actions
from accounts import chartes
from accounts.forms import CharteForm, ContactForm, OwnerForm
from accounts.mots_de_passe import expires_at
from accounts.policies import own_account, own_name
from accounts.reads import standing
from authcps.forms import ReceptionForm
from authcps.models.secours import second_factors
from habilitations.reads.mes_habilitations import own
from viatraj.core.actor import Actor, Means
from viatraj.core.forms import posted, submit
from viatraj.core.pages import page
from viatraj.core.policies import refusal
from viatraj.core.saving import act


@require_http_methods(["GET", "HEAD", "POST"])
def compte(request):
    own_account(request.actor)
    user = request.user
    names = ("nom", "prenom", "profession_label", "telephone", "adresse", "version")
    as_read = {name: getattr(user, name) for name in names}
    why_not = refusal(own_name, request.actor, user)
    form = ContactForm(posted(request), initial=as_read, named=not why_not)
    if submit(form, accounts.actions.update_contact, user=user, by=request.actor):
        messages.success(request, "Vos coordonnées sont enregistrées.")
        return redirect("mon_compte")
    return page(
        request,
        "espaces/compte.html",
        form=form,
        why_not=why_not,
        identites=user.identites.filter(ended_at=None).prefetch_related("cartes").order_by("since"),
        habilitations=own(user, on=timezone.localdate()),
        today=timezone.localdate(),
        **_secrets(user),
        **_sign_ins(request),
        standing=standing(user, session=request.session.session_key, now=timezone.now()),
    )


def _secrets(user) -> dict:
    ready, left = second_factors(user)
    return {
        "ready": ready,
        "reception": _reception(tuple(ready), user.reception),
        "password_ends": expires_at(user),
        "left": left,
    }


@cache
def _reception(ready: tuple[str, ...], chosen: str) -> str:
    """Its fields as HTML, kept in the process for each choice; they hold nothing personal."""
    return ReceptionForm(ready=ready, initial={"reception": chosen}).render()


def _sign_ins(request) -> dict:
    """This sign-in and the one before it, as noted in the session when it began."""
    at, means = request.session.get("previous", ("", ""))
    return {
        "means": _label(request.user.last_sign_in_means),
        "previous_at": datetime.fromisoformat(at) if at else None,
        "previous_means": _label(means),
    }


def _label(means: str) -> str:
    return Means(means).label if means in Means.values else ""


@require_POST
def end_other_sessions(request):
    act(accounts.actions.end_other_sessions, request.user, keep=request.session.session_key, by=request.actor)
    messages.success(request, "Vos autres sessions sont fermées.")
    return redirect("mon_compte")


@require_http_methods(["GET", "HEAD", "POST"])
def remove_identite(request, pk):
    """A card, or PSC, that shall no longer open this account (CPX-4); the password is asked."""
    own_account(request.actor)
    identite = get_object_or_404(request.user.identites.filter(ended_at=None), pk=pk)
    form = OwnerForm(posted(request), user=request.user)
    arguments = {"identite": identite, "now": timezone.now(), "by": request.actor}
    if submit(form, authcps.actions.remove, **arguments):
        messages.success(request, "Ce moyen de connexion est retiré de votre compte.")
        return redirect("mon_compte")
    return page(request, "espaces/remove_identite.html", form=form, identite=identite)


@require_http_methods(["GET", "HEAD", "POST"])
def charte(request):
    current = chartes.current(timezone.localdate())
    form = CharteForm(posted(request), current=current.version)
    if form.is_valid():
        act(accounts.actions.accept_charte, request.user, charte=current, by=_oneself(request))
        return redirect(_wanted(request) or "accueil")
    return page(request, "espaces/charte.html", form=form, charte=current)


def _oneself(request) -> Actor:
    """The signed-in person accepts, also while he works for somebody else."""
    by = request.actor
    return Actor(user=request.user, means=by.means, address=by.address, request_id=by.request_id)


def _wanted(request) -> str:
    suite = request.session.pop("suite", "")
    return suite if url_has_allowed_host_and_scheme(suite, allowed_hosts=None) else ""


@require_POST
def stay(request):
    """«Rester connecté»: pushes the idle end, never past the 8 hours; signed out, the gate redirects."""
    now = timezone.now()
    request.session.touch(now)
    return HttpResponse(status=204, headers={"Session-Seconds": request.session.seconds_left(now)})
