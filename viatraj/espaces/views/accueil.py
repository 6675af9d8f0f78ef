"""The two doors (CON-1), and where a professional lands (COM-9)."""

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.policies import own_account
from delegations.models import Delegation
from viatraj.core.pages import page
from viatraj.espaces import demonstration


@login_not_required
@require_safe
def accueil(request):
    if request.user.is_authenticated:
        return redirect("medecin" if request.actor.is_acting or request.user.is_medecin else "professionnel")
    return page(
        request,
        "espaces/accueil.html",
        suite=request.GET.get("suite", ""),
        demo_people=demonstration.people(),
    )


@require_safe
def professionnel(request):
    own_account(request.actor)
    lent = Delegation.objects.received_in_force(request.user, on=timezone.localdate()).select_related(
        "delegant"
    )
    return page(request, "espaces/professionnel.html", lent=lent.order_by("delegant__nom", "pk"))
