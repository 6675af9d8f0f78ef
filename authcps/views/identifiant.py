"""The two doors: identifiant and password, with the other ways visible (CON-1, CON-2, CON-6)."""

import time

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.hashers import after_the_others
from authcps import actions, doors, limits, psc
from authcps.forms import MedecinForm, ProfessionnelForm
from authcps.identity import Verified
from authcps.models import Attempt
from authcps.views import arrival, beginning, code
from viatraj.core.actor import Means
from viatraj.core.pages import TooManyRequests, page
from viatraj.core.saving import act

REFUSED = {
    Attempt.Door.MEDECIN: (
        "Vérifiez votre identifiant et votre mot de passe. Si vous ne vous êtes "
        "jamais connecté par CPS ou e-CPS, commencez par là. Après plusieurs erreurs, le compte est bloqué."
    ),
    Attempt.Door.PROFESSIONNEL: (
        "Vérifiez votre nom d’utilisateur et votre mot de passe. "
        "Après plusieurs erreurs, le compte est bloqué\u00a0: rapprochez-vous du référent structure de votre "
        "établissement."
    ),
}


@login_not_required
@sensitive_post_parameters("mot_de_passe")
@require_http_methods(["GET", "HEAD", "POST"])
def medecin(request):
    return _door(request, Attempt.Door.MEDECIN, MedecinForm, "authcps/medecin.html")


@login_not_required
@sensitive_post_parameters("mot_de_passe")
@require_http_methods(["GET", "HEAD", "POST"])
def professionnel(request):
    return _door(request, Attempt.Door.PROFESSIONNEL, ProfessionnelForm, "authcps/professionnel.html")


@login_not_required
@sensitive_post_parameters("mot_de_passe")
@require_http_methods(["GET", "HEAD", "POST"])
def pair(request):
    """A card or PSC that no account has yet: user name, password and code once, then it is enough (CPX-2)."""
    begun = arrival.attempt_of(request)
    if begun is None or begun.identity is None:
        return redirect("accueil")
    verified = Verified.from_json(begun.identity)
    return _door(
        request, begun.door, ProfessionnelForm, "authcps/pair.html", pairing=begun, verified=verified
    )


def _door(request, door, form_class, template, *, pairing=None, **context):
    context["psc_open"] = psc.is_configured()
    if request.method != "POST":
        suite = beginning.page_of(request.GET)
        return page(request, template, form=form_class(initial={"suite": suite}), suite=suite, **context)
    form = form_class(request.POST)
    if not form.is_valid():
        return page(request, template, form=form, **context)
    address, now = request.actor.address, time.time()
    with after_the_others(limits.is_slowed(address)):
        attempt = _identify(request, door, form.cleaned_data, pairing)
    if attempt is None:
        if wait := limits.note_refusal(address, form.cleaned_data["identifiant"], now=now):
            raise TooManyRequests(wait)
        form.add_error(None, REFUSED[door])
        return page(request, template, form=form, **context)
    if wait := limits.note_right(address, attempt.user_id, now=now):
        raise TooManyRequests(wait)
    return _second_factor(request, attempt)


def _identify(request, door, typed, pairing):
    return act(
        actions.identify,
        identifiant=typed["identifiant"],
        mot_de_passe=typed["mot_de_passe"],
        door=door,
        next_path=beginning.page_of(typed),
        pairing=pairing,
        now=timezone.now(),
        by=request.actor,
    )


def _second_factor(request, attempt):
    """The code, unless this browser gave one less than 8 hours ago; always to pair a card."""
    device = None if attempt.identity else _trusted(request, attempt)
    if device:
        doors.enter(request, attempt, means=Means.TRUSTED, device=device)
        return redirect(doors.landing(attempt))
    return code.ask(request, attempt)


def _trusted(request, attempt):
    token = request.COOKIES.get(settings.TRUST_COOKIE_NAME, "")
    return act(actions.skip_code, attempt, token=token, now=timezone.now(), by=request.actor)
