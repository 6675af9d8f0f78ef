"""«J’ai reçu mon code» (CON-5)."""

import math
import secrets
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from authcps import actions, doors
from authcps.forms import CodeForm
from authcps.identity import Verified
from authcps.models import Attempt, Code
from authcps.models.secours import second_factors
from authcps.views import arrival, beginning
from viatraj.core.forms import posted, submit
from viatraj.core.pages import page
from viatraj.core.policies import Denied
from viatraj.core.saving import act

NOTICE = "code_notice"


@login_not_required
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def code(request):
    attempt = attempt_of(request)
    if attempt is None:
        return redirect("accueil")
    form = CodeForm(posted(request))
    if submit(form, actions.redeem, attempt=attempt, now=timezone.now(), by=request.actor):
        return enter(request, attempt, device=form.result)
    codes = Code.objects.filter(user=attempt.user_id, attempt=attempt).select_related("device")
    sent = codes.order_by("-sent_at").first()
    return page(
        request,
        "authcps/code.html",
        form=form,
        sent=sent,
        wait=_seconds_to_wait(sent),
        notice=request.session.pop(NOTICE, "") if request.method == "GET" else "",
        **other_means(attempt, here=sent.device.channel if sent else ""),
    )


def _seconds_to_wait(sent) -> int:
    """Seconds before another code may be asked for."""
    if sent is None:
        return 0
    return max(0, math.ceil((sent.sent_at + settings.CODE_RESEND_AFTER - timezone.now()).total_seconds()))


def other_means(attempt, *, here) -> dict:
    """For the pages of the second factor: which ones this account has."""
    has = second_factors(attempt.user)
    return {
        "here": here,
        "door": attempt.door,
        "ready": has.receptions,
        "has_recovery": has.left > 0,
        # Of a card to be paired, at another name than the account's.
        "other": Verified.from_json(attempt.identity) if attempt.other_name else None,
        "holder": attempt.user,
    }


@login_not_required
@require_POST
def resend(request):
    """«Recevoir un nouveau code»."""
    attempt = attempt_of(request)
    if attempt is None:
        return redirect("accueil")
    channel = request.POST.get("canal", "")
    try:
        act(actions.send_code, attempt, channel=channel, now=timezone.now(), by=request.actor)
    except ValidationError as error:
        request.session[NOTICE] = error.messages[0]
    return redirect("authcps:code")


def attempt_of(request) -> Attempt | None:
    """Of this browser, its password given; a password chosen since ends it."""
    attempt = arrival.attempt_of(request)
    user = attempt.user if attempt else None
    if user is None or not user.is_active:
        return None
    began = attempt.ends - actions.ATTEMPT_LIFETIME
    return attempt if user.password_changed_at is None or user.password_changed_at <= began else None


def ask(request, attempt):
    """To the page of the account's own second factor; this browser's session holds the attempt."""
    beginning.hold(request, attempt)
    if attempt.user.reception == User.Reception.TOTP:
        return redirect("authcps:totp")
    try:
        act(actions.send_code, attempt, now=timezone.now(), by=request.actor)
    except ValidationError as error:
        request.session[NOTICE] = error.messages[0]
    return redirect("authcps:code")


def enter(request, attempt, *, device):
    """This browser need not give a code again for 8 hours."""
    if attempt.identity and (again := _other_name(request, attempt)):
        return again
    token, former = secrets.token_urlsafe(32), request.COOKIES.get(settings.TRUST_COOKIE_NAME, "")
    act(actions.trust, device, token=token, former=former, now=timezone.now(), by=request.actor)
    response = open_session(request, attempt, means=device.means, device=device)
    response.set_cookie(
        settings.TRUST_COOKIE_NAME,
        token,
        max_age=int((settings.TRUST_LIFETIME + timedelta(minutes=1)).total_seconds()),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def open_session(request, attempt, *, means, device=None):
    if attempt.identity:
        if again := _other_name(request, attempt):
            return again
        try:
            means = act(actions.pair, attempt, now=timezone.now(), by=request.actor)
        except ValidationError as error:  # another account took this number meanwhile
            return arrival.refuse(request, attempt, error.messages[0])
    doors.enter(request, attempt, means=means, device=device)
    return redirect(doors.landing(attempt))


def _other_name(request, attempt):
    """A card at another name: both are shown and a second code is asked (CPX-2); or it is refused."""
    try:
        shown = act(actions.show_other_name, attempt, now=timezone.now(), by=request.actor)
    except Denied as refusal:
        return arrival.refuse(request, attempt, str(refusal))
    return ask(request, shown) if shown else None
