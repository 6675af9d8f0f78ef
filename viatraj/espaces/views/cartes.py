"""A card, or Pro Santé Connect, taken off somebody's account by his référent (COM-5)."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

import authcps.actions
import authcps.policies
from accounts import attaches
from habilitations.views import reach
from viatraj.core.pages import page
from viatraj.core.saving import act


@require_http_methods(["GET", "HEAD", "POST"])
def unpair(request, pk, identite):
    person = reach.ours(request, pk)
    now = timezone.now()
    authcps.policies.unpair(request.actor, person, attaches.of(person, now=now).places)
    identite = get_object_or_404(person.identites.filter(ended_at=None), pk=identite)
    if request.method == "POST":
        act(authcps.actions.unpair, identite, now=now, by=request.actor)
        messages.success(request, f"Ce moyen de connexion est retiré du compte {person.login}.")
        return redirect("habilitations:compte", pk)
    return page(request, "espaces/unpair.html", person=person, identite=identite)
