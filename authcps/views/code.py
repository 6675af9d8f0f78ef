"""«J’ai reçu mon code» (CON-5)."""

import secrets
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from authcps import actions, doors
from authcps.forms import CodeForm
from authcps.models import Attempt, Code
from authcps.views import arrival
from viatraj.core.forms import posted, submit
from viatraj.core.pages import page

NOTICE = "code_notice"


@login_not_required
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def code(request):
    attempt = _attempt(request)
    if attempt is None:
        return redirect("accueil")
    form = CodeForm(posted(request))
    if submit(form, actions.redeem, attempt=attempt, now=timezone.now(), by=request.actor):
        return _enter(request, attempt, device=form.result)
    sent = Code.objects.filter(user=attempt.user_id, attempt=attempt).select_related("device")
    return page(
        request,
        "authcps/code.html",
        form=form,
        sent=sent.order_by("-sent_at").first(),
        door=attempt.door,
        notice=request.session.pop(NOTICE, "") if request.method == "GET" else "",
    )


@login_not_required
@require_POST
def resend(request):
    """«Recevoir un nouveau code»."""
    attempt = _attempt(request)
    if attempt is None:
        return redirect("accueil")
    try:
        actions.send_code(attempt, now=timezone.now(), by=request.actor)
    except ValidationError as error:
        request.session[NOTICE] = error.messages[0]
    return redirect("authcps:code")


def _attempt(request) -> Attempt | None:
    attempt = arrival.attempt_of(request)
    return attempt if attempt and attempt.user and attempt.user.is_active else None


def _enter(request, attempt, device):
    token = request.COOKIES.get(settings.TRUST_COOKIE_NAME) or secrets.token_urlsafe(32)
    actions.trust(device, token=token, now=timezone.now(), by=request.actor)
    means = actions.pair(attempt, now=timezone.now(), by=request.actor) if attempt.identity else device.means
    doors.enter(request, attempt, means=means, device=device)
    response = redirect(attempt.next_path or doors.LANDING[attempt.door])
    response.set_cookie(
        settings.TRUST_COOKIE_NAME,
        token,
        max_age=int((settings.TRUST_LIFETIME + timedelta(minutes=1)).total_seconds()),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response
