"""First sign-in of a médecin by card or Pro Santé Connect (CON-8)."""

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from authcps import actions, doors
from authcps.forms import FirstForm
from authcps.identity import Verified
from authcps.views import arrival
from viatraj.core.forms import posted, submit
from viatraj.core.pages import page


@login_not_required
@sensitive_post_parameters("mot_de_passe", "mot_de_passe_bis")
@require_http_methods(["GET", "HEAD", "POST"])
def first(request):
    attempt = arrival.attempt_of(request)
    if attempt is None or attempt.identity is None or attempt.user_id:
        return redirect("accueil")
    verified = Verified.from_json(attempt.identity)
    if not verified.is_medecin:
        return redirect("first_assistant")
    form = FirstForm(posted(request), initial={"adresse": verified.adresse})
    if submit(form, actions.open_account, attempt=attempt, now=timezone.now(), by=request.actor):
        attempt.user = form.result
        doors.enter(request, attempt, means=verified.means)
        return redirect("medecin")
    specialite = verified.specialite_or_listed
    return page(request, "authcps/first.html", form=form, verified=verified, specialite=specialite)
