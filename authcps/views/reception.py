"""Where codes go: the preference of «Mon compte», and the link that confirms an address or mobile."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

import accounts.actions
from accounts import emails as account_emails
from accounts.models import ChangementAdresse
from accounts.policies import agree, cancel_change, confirm_change, own_account
from authcps import actions
from authcps.forms import ReceptionForm
from authcps.models.secours import second_factors
from viatraj.core.forms import posted, submit
from viatraj.core.pages import page
from viatraj.core.policies import can
from viatraj.core.saving import act


@require_http_methods(["GET", "HEAD", "POST"])
def choose(request):
    """«SMS», «Enregistrer»."""
    own_account(request.actor)
    user = request.user
    ready = second_factors(user).receptions
    form = ReceptionForm(posted(request), ready=ready, initial={"reception": user.reception})
    if submit(form, actions.choose_reception, user=user, by=request.actor):
        messages.success(request, "Votre choix est enregistré.")
        return redirect("mon_compte")
    return page(request, "authcps/reception.html", form=form, ready=ready)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request, token):
    """Where the link leads, often on a telephone that is not signed in; a button confirms, not the link."""
    digest, now = ChangementAdresse.digest_of(token), timezone.now()
    change = ChangementAdresse.objects.filter(digest=digest).select_related("user").first()
    if change is None or not can(confirm_change, change, now):
        return page(request, "authcps/stale_reception.html", status=404)
    if request.method == "GET":
        return page(request, "authcps/reception_confirm.html", change=change)
    try:
        act(actions.confirm_reception, change, now=now, by=request.actor)
    except ValidationError as error:  # another account has taken the address meanwhile (COM-4)
        refused = " ".join(error.messages)
        return page(request, "authcps/reception_confirm.html", change=change, refused=refused, status=409)
    return page(request, "authcps/reception_confirmed.html", change=change)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request, token):
    """Where the former address's letter leads when a référent asked for another one; a button cancels.

    Or agrees, where the change waits for it. Once cancelled, the page says again what was done.
    """
    now, changes = timezone.now(), ChangementAdresse.objects.select_related("user")
    change = changes.filter(pk=account_emails.change_of(token)).first()
    if change is not None and change.outcome:
        return page(request, "authcps/reception_cancelled.html", change=change)
    if change is None or not can(cancel_change, change, now):
        return page(request, "authcps/stale_reception.html", status=404)
    if request.method != "POST":
        may_agree = change.awaits_agreement and can(agree, change, now)
        return page(request, "authcps/reception_cancel.html", change=change, may_agree=may_agree)
    if "accepter" in request.POST:  # «accepter» never cancels, even when pressed twice
        act(accounts.actions.agree, change, now=now, by=request.actor)
        return page(request, "authcps/reception_agreed.html", change=change)
    change = act(accounts.actions.cancel_change, change, now=now, by=request.actor)
    return page(request, "authcps/reception_cancelled.html", change=change)
