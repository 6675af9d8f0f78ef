"""«Mot de passe oublié ?» (MDP-1, MDP-2): the same answer for everybody; the mail's link, then a new one."""

import time
from datetime import datetime

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import urlsafe_base64_decode
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from accounts import actions, captcha, limits, mots_de_passe
from accounts.forms import ForgottenForm, NewPasswordForm
from accounts.models import User
from viatraj.core.forms import posted, submit
from viatraj.core.pages import TooManyRequests, page
from viatraj.core.reading import reads
from viatraj.core.saving import act


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def forgotten(request):
    form, now = (
        ForgottenForm(posted(request), initial={"affichee": captcha.shown(now=time.time())}),
        time.time(),
    )
    if form.is_valid() and _may_ask(request, form, now):
        act(
            actions.ask_new_password,
            identifiant=form.cleaned_data["identifiant"],
            now=timezone.now(),
            by=request.actor,
        )
        return redirect("accounts:sent")
    return page(request, "accounts/forgotten.html", form=form, challenge=captcha.challenge(now=now))


def _may_ask(request, form, now) -> bool:
    address, typed = request.actor.address, form.cleaned_data
    proved = captcha.is_proved(typed["altcha"])
    ways = [(limits.LINKS_AN_ADDRESS, "links", address), (limits.LINKS_IN_ALL, "links")]
    for limit, *key in ways if proved else [*ways, (limits.UNPROVED, "unproved", address)]:
        if wait := limits.seconds_to_wait(limit, *key, now=now):
            raise TooManyRequests(wait)
    if proved:
        return True
    try:
        captcha.check_delay(typed["affichee"], address, now=now)
    except ValidationError as error:
        form.add_error(None, error)
        return False
    return True


@login_not_required
@require_safe
def sent(request):
    return page(request, "accounts/sent.html")


@login_not_required
@sensitive_post_parameters("mot_de_passe", "mot_de_passe_bis")
@require_http_methods(["GET", "HEAD", "POST"])
def new_password(request, token):
    """Where the mail leads: the page asks, the link itself changes nothing."""
    name, _, token = token.partition(".")
    user = _owner(name)
    if user is None or not mots_de_passe.is_good_link(user, token):
        return page(request, "accounts/stale_link.html", status=404)
    form = NewPasswordForm(posted(request))
    if submit(form, actions.reset_password, user=user, token=token, now=timezone.now(), by=request.actor):
        ends = mots_de_passe.expires_at(form.result)
        request.session["password_ends"] = ends.isoformat() if ends else ""
        return redirect("accounts:saved")
    return page(request, "accounts/new_password.html", form=form)


def _owner(name) -> User | None:
    try:
        return User.objects.enabled().filter(pk=read_name(name)).first()
    except Stale:
        return None


class Stale(Exception):
    """The link is no longer valid, or never was."""


@reads(Stale, Stale)
def read_name(name: str) -> int:
    """The account that a link names."""
    pk = int(urlsafe_base64_decode(name))
    if not 0 < pk < 2**63:
        raise Stale
    return pk


@login_not_required
@require_safe
def saved(request):
    ends = request.session.get("password_ends")
    return page(request, "accounts/saved.html", ends=datetime.fromisoformat(ends) if ends else None)
