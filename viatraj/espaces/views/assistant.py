"""First sign-in of an assistant: his card, and the invitation that bears its name (CON-9)."""

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import redirect
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

import delegations.emails
from authcps import actions, doors
from authcps.forms import FirstAssistantForm
from authcps.identity import Verified
from authcps.views import arrival
from delegations.models import Delegation
from viatraj.core.forms import posted, submit
from viatraj.core.pages import page


@login_not_required
@sensitive_post_parameters("mot_de_passe", "mot_de_passe_bis")
@require_http_methods(["GET", "HEAD", "POST"])
def first_assistant(request):
    attempt = arrival.attempt_of(request)
    if attempt is None or attempt.identity is None or attempt.user_id:
        return redirect("accueil")
    verified = Verified.from_json(attempt.identity)
    if verified.is_medecin:
        return redirect("authcps:first")
    linked = _linked(attempt)
    named = Delegation.objects.unclaimed([(verified.nom, verified.prenom)])
    if refusal := _refusal(linked, named, verified):
        return arrival.refuse(request, attempt, refusal)
    form = FirstAssistantForm(
        posted(request),
        is_invited=lambda email: named.filter(email__iexact=email).exists(),
        email=linked.email if linked else "",
    )
    if submit(form, actions.open_assistant, attempt=attempt, now=timezone.now(), by=request.actor):
        attempt.user = form.result
        doors.enter(request, attempt, means=verified.means)
        return redirect(doors.landing(attempt))
    return page(
        request, "espaces/first_assistant.html", form=form, verified=verified, suite=attempt.next_path
    )


def _linked(attempt):
    """The invitation by whose link one came, while it still waits."""
    try:
        match = resolve(attempt.next_path)
    except Resolver404:
        return None
    if match.view_name != "delegations:invitation":
        return None
    nonce = delegations.emails.nonce_of(match.kwargs["token"])
    waiting = Delegation.objects.living().filter(
        nonce=nonce, delegataire=None, kind=Delegation.Kind.ASSISTANT
    )
    return waiting.select_related("delegant").first() if nonce else None


def _refusal(linked, named, verified) -> str:
    """The invitation is for the person it names: another card is refused."""
    if linked and not named.filter(pk=linked.pk).exists():
        return (
            f"Cette invitation est au nom de {linked.nom_complet}, et votre carte au nom de "
            f"{verified.nom_complet}. S’il s’agit bien de vous, demandez au {linked.delegant.titre} de "
            "corriger le nom dans «\u00a0Mes délégations\u00a0»\u00a0: vous recevrez une nouvelle invitation."
        )
    return "" if named.exists() else arrival.NO_INVITATION
