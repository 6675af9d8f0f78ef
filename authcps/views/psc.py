"""«Se connecter par e-CPS»: to Pro Santé Connect and back (CON-2, CON-7).

A door's button (POST) begins an attempt and leads to PSC; PSC's GET comes back to `returned`, where this
browser's session must hold the state, hence the attempt; a person with several exercices says which one.
"""

from dataclasses import asdict

import structlog
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from accounts.models import Identite
from authcps import actions, psc
from authcps.forms import ExerciceForm
from authcps.identity import Verified
from authcps.models import Attempt
from authcps.views import beginning
from authcps.views.arrival import ATTEMPT, arrive, attempt_of
from viatraj.core.forms import posted
from viatraj.core.pages import page
from viatraj.core.saving import act

log = structlog.get_logger(__name__)
EXERCICES = "psc_exercices"  # the session's key, while a person chooses: the attempt, and who came by it
CANCELLED = "Vous avez quitté Pro Santé Connect sans vous identifier."
REFUSED = "La réponse de Pro Santé Connect n’a pas pu être vérifiée."
LOST = "Cette connexion a été commencée dans un autre navigateur, a expiré, ou a déjà servi."


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def start(request):
    """GET shows the button alone: beginning writes, so it is a POST."""
    asked = request.POST if request.method == "POST" else request.GET
    door, suite = beginning.door_of(asked), beginning.page_of(asked)
    if request.method != "POST":
        return page(request, "authcps/psc.html", door=door, suite=suite)
    try:
        leading = psc.authorization(again="autre" in request.POST)
    except psc.Unavailable:
        return _unavailable(request, door, suite)
    psc.keep(request, leading, beginning.begin(request, is_noted=beginning.is_noted(request)))
    return redirect(leading["url"])


@login_not_required
@require_GET
def returned(request):
    key = psc.attempt_of(request)
    if not key:
        log.warning("psc.refused", reason="unknown_state")
        return _refused(request, LOST, Attempt.Door.MEDECIN, "")
    request.session[ATTEMPT] = key
    attempt = attempt_of(request)
    if attempt is None:
        return _refused(request, LOST, Attempt.Door.MEDECIN, "")
    try:
        id_token, people = psc.identify(request)
    except psc.Unavailable:
        return _unavailable(request, attempt.door, attempt.next_path)
    except psc.Refused as refusal:
        act(actions.refuse, attempt, reason=f"psc_{refusal.reason}", by=request.actor)
        sentence = CANCELLED if refusal.reason == "access_denied" else REFUSED
        return _refused(request, sentence, attempt.door, attempt.next_path)
    psc.keep_proof(request.session, id_token, people[0])
    return _choose(request, attempt, people)


def _choose(request, attempt, people):
    """The exercice matters where it opens a new account; elsewhere the first one speaks."""
    may_open = attempt.door == Attempt.Door.MEDECIN
    known = Identite.objects.filter(idnat__in=people[0].idnats, ended_at=None).exists()
    if known or not may_open or len(people) == 1:
        return _go_on(request, attempt, people[0])
    request.session[EXERCICES] = {"attempt": str(attempt.pk), "people": [asdict(one) for one in people]}
    return redirect("authcps:psc_exercice")


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def exercice(request):
    """«PSC chooses no exercice»: the person says in which one he comes."""
    attempt, kept = attempt_of(request), request.session.get(EXERCICES, {})
    # On a shared computer, what another attempt left may be somebody else's.
    if attempt is None or attempt.identity or kept.get("attempt") != str(attempt.pk):
        return redirect("accueil")
    people = [Verified.from_json(one) for one in kept["people"]]
    form = ExerciceForm(people, posted(request))
    if not form.is_valid():
        return page(request, "authcps/psc_exercice.html", form=form, person=people[0])
    return _go_on(request, attempt, people[form.cleaned_data["exercice"]])


def _go_on(request, attempt, verified):
    request.session.pop(EXERCICES, None)
    if not act(actions.verify, attempt, verified=verified, now=timezone.now(), by=request.actor):
        return _refused(request, LOST, attempt.door, attempt.next_path)
    attempt.refresh_from_db()
    return arrive(request, attempt)


@login_not_required
@require_safe
def logged_out(request):
    """PSC's own session has ended too; its answer may come without a state, and changes nothing here."""
    return page(request, "authcps/psc_logout.html")


def _refused(request, reason, door, suite):
    context = {"reason": reason, "door": door, "suite": suite}
    return page(request, "authcps/psc_refused.html", status=403, **context)


def _unavailable(request, door, suite):
    """424 (failed dependency): after a 5xx, the proxy and the alarms would think that we are down."""
    return page(request, "authcps/psc_unavailable.html", status=424, door=door, suite=suite)
