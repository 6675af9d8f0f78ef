"""The authenticator application and the recovery codes: at sign-in, and in «Mon compte»."""

from base64 import b64decode, b64encode

import segno
from cryptography.fernet import InvalidToken
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.forms import OwnerForm
from accounts.policies import own_account
from authcps import actions
from authcps.forms import CodeForm, RecoveryForm, TotpForm
from authcps.models import TotpDevice
from authcps.models.secours import PURPOSE, address_of, draw_key, written
from authcps.views import code
from viatraj.core import sealing
from viatraj.core.actor import Means
from viatraj.core.forms import posted, submit
from viatraj.core.pages import page

KEY = "totp_key"  # in the session, sealed, until the first code proves that the application holds it


@login_not_required
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def totp(request):
    attempt = code.attempt_of(request)
    if attempt is None:
        return redirect("accueil")
    form = CodeForm(posted(request))
    if submit(form, actions.redeem_totp, attempt=attempt, now=timezone.now(), by=request.actor):
        return code.enter(request, attempt, device=form.result)
    return page(request, "authcps/secours_totp.html", form=form, **code.other_means(attempt, here="totp"))


@login_not_required
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def recovery(request):
    """A recovery code makes no browser trusted: the next sign-in asks again."""
    attempt = code.attempt_of(request)
    if attempt is None:
        return redirect("accueil")
    form = RecoveryForm(posted(request))
    if submit(form, actions.redeem_recovery, attempt=attempt, now=timezone.now(), by=request.actor):
        return code.open_session(request, attempt, means=Means.RECOVERY)
    context = code.other_means(attempt, here="recovery")
    return page(request, "authcps/secours_recovery.html", form=form, **context)


@sensitive_post_parameters("ancien", "code")
@require_http_methods(["GET", "HEAD", "POST"])
def add_totp(request):
    own_account(request.actor)
    user, key = request.user, _key(request)
    form = TotpForm(posted(request), user=user)
    arguments = {"user": user, "key": key, "now": timezone.now(), "by": request.actor}
    if submit(form, actions.add_totp, **arguments):
        del request.session[KEY]
        messages.success(request, "Votre application d’authentification est prête.")
        return redirect("mon_compte")
    drawn = segno.make(address_of(key, user.login), error="m").svg_data_uri(scale=5, border=4, light="#fff")
    return page(request, "authcps/secours_add.html", form=form, drawn=drawn, written=written(key))


def _key(request) -> bytes:
    try:
        return sealing.unseal(PURPOSE, b64decode(request.session.get(KEY, "")))
    except InvalidToken:
        key = draw_key()
        request.session[KEY] = b64encode(sealing.seal(PURPOSE, key)).decode()
        return key


@sensitive_post_parameters("ancien")
@require_http_methods(["GET", "HEAD", "POST"])
def remove_totp(request):
    own_account(request.actor)
    if not TotpDevice.objects.filter(user=request.user).exists():
        return redirect("mon_compte")
    form = OwnerForm(posted(request), user=request.user)
    arguments = {"user": request.user, "now": timezone.now(), "by": request.actor}
    if submit(form, actions.remove_totp, **arguments):
        messages.success(request, "Votre application d’authentification est retirée.")
        return redirect("mon_compte")
    return page(request, "authcps/secours_remove.html", form=form)


@sensitive_post_parameters("ancien")
@require_http_methods(["GET", "HEAD", "POST"])
def make_recovery(request):
    """The codes are shown on this answer only."""
    own_account(request.actor)
    user = request.user
    form = OwnerForm(posted(request), user=user)
    if submit(form, actions.make_recovery, user=user, now=timezone.now(), by=request.actor):
        return page(request, "authcps/secours_codes.html", codes=form.result)
    left = user.codes_secours.filter(used_at=None).count()
    return page(request, "authcps/secours_make.html", form=form, left=left)
