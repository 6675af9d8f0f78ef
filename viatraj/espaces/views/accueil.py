"""The two doors (CON-1), and where a professional lands (COM-9)."""

from datetime import datetime

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.policies import own_account
from authcps.views.beginning import page_of
from delegations import reads
from demandes.reads.accueils import resumes
from habilitations.reads import a_faire, mes_habilitations, nouveautes
from observatoire.reads import arrets
from viatraj.core.pages import page
from viatraj.espaces import demonstration, policies
from viatraj.espaces.context import in_medecin_space

# Where «Basculer» leads, by whether one is in the médecins' space now.
SPACES = {
    True: ("professionnel", policies.leave_medecin_space),
    False: ("medecin", policies.medecin_space),
}


@login_not_required
@require_safe
def accueil(request):
    if request.user.is_authenticated:
        return redirect("medecin" if in_medecin_space(request) else "professionnel")
    return page(
        request,
        "espaces/accueil.html",
        suite=page_of(request.GET),
        project_email=settings.SUPPORT_PROJECT_EMAIL,
        users_url=settings.SUPPORT_USERS_URL,
        demo_people=demonstration.people(),
        demo_strangers=demonstration.strangers(),
    )


@require_POST
def switch_space(request):
    """«Basculer vers l’espace …» (CON-11): the same session, under a new key."""
    there, policy = SPACES[in_medecin_space(request)]
    policy(request.actor)
    request.session.cycle_key()
    request.session["door"] = there
    return redirect(there)


@require_safe
def professionnel(request):
    by = request.actor
    own_account(by)
    today, now = timezone.localdate(), timezone.now()
    todo = a_faire.of(by, today=today)
    return page(
        request,
        "espaces/professionnel.html",
        **reads.received(request.user, on=today)._asdict(),
        **mes_habilitations.stirring(request.user, today=today, now=now)._asdict(),
        resumes=resumes(by, now=now),
        todo=todo,
        stopped=arrets.how_many(by, today=today) if todo is not None else 0,
        news=nouveautes.of(by, since=_previous_visit(request), now=now),
        held=mes_habilitations.own(request.user, on=today) if todo is None else (),
        today=today,
    )


def _previous_visit(request) -> datetime | None:
    at, _ = request.session.get("previous", ("", ""))
    return datetime.fromisoformat(at) if at else None
