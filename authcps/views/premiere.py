"""First sign-in of a médecin by card or Pro Santé Connect (CON-8), and his address confirmed by a link."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.models import User
from authcps import actions, doors, emails
from authcps.forms import FirstForm
from authcps.identity import Verified
from authcps.views import arrival
from viatraj.core.forms import posted, submit
from viatraj.core.pages import page

LINK_LIFETIME = 24 * 3600


@login_not_required
@sensitive_post_parameters("mot_de_passe", "mot_de_passe_bis")
@require_http_methods(["GET", "HEAD", "POST"])
def first(request):
    attempt = arrival.attempt_of(request)
    if attempt is None or attempt.identity is None:
        return redirect("accueil")
    verified = Verified.from_json(attempt.identity)
    if not verified.is_medecin:
        return arrival.refuse(request, attempt, arrival.NO_INVITATION)
    form = FirstForm(posted(request), initial={"adresse": verified.adresse})
    if submit(form, actions.open_account, attempt=attempt, now=timezone.now(), by=request.actor):
        attempt.user = form.result
        doors.enter(request, attempt, means=verified.means)
        return redirect("medecin")
    return page(request, "authcps/first.html", form=form, verified=verified)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def address(request, token):
    """Where the mail leads: it confirms nothing by itself, a button does."""
    try:
        known = emails.ADDRESS.unsign_object(token, max_age=LINK_LIFETIME)
    except signing.BadSignature:
        return page(request, "authcps/stale_address.html", status=404)
    user = User.objects.enabled().filter(pk=known["user"], email=known["email"]).first()
    if user is None:
        return page(request, "authcps/stale_address.html", status=404)
    if request.method == "POST":
        actions.verify_address(user, email=known["email"], now=timezone.now(), by=request.actor)
        messages.success(request, "Votre adresse e-mail est confirmée.")
        return redirect("accueil")
    return page(request, "authcps/address.html", email=known["email"])
