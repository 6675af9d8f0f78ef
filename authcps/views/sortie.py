"""«Se déconnecter», and «Rester connecté»."""

from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from authcps import actions, psc
from viatraj.core.saving import act


@login_not_required
@require_POST
def sign_out(request):
    """Ours first, then PSC's when it let one in. A session that has run out signs out as well."""
    proof = request.session.get(psc.KEPT)
    if request.user.is_authenticated:
        act(actions.sign_out, by=request.actor)
    logout(request)
    return redirect((proof and psc.logout(proof["id_token"])) or "accueil")
