"""What follows once a card or Pro Santé Connect has said who it is (CON-7 to CON-9, CPX-2, CPX-3)."""

from django.contrib import messages
from django.shortcuts import redirect
from django.utils import timezone

from accounts.models import User
from authcps import actions, doors
from authcps.identity import Verified
from authcps.models import Attempt
from viatraj.core.pages import page
from viatraj.core.saving import act

ATTEMPT = "attempt"  # the session's key: the attempt of this browser

NO_INVITATION = (
    "Pour se connecter en tant qu’assistant médical, il faut que le médecin vous octroie des droits "
    "par délégation."
)
DISABLED = "Ce compte n’est plus actif. Rapprochez-vous de l’assistance."
TOO_LATE = "Cette connexion a expiré, ou a déjà servi. Recommencez."


def attempt_of(request) -> Attempt | None:
    """The attempt that this browser's session holds; one begun in another browser is worth nothing here."""
    living = Attempt.objects.filter(signed_in_at=None, ends__gt=timezone.now())
    key = request.session.get(ATTEMPT)
    return living.select_related("user").filter(pk=key).first() if key else None


def arrive(request, attempt: Attempt):
    """Open the session, or lead to a first sign-in or the pairing, or to a refusal that says why."""
    verified = Verified.from_json(attempt.identity)
    user = User.objects.identified_by(verified.idnats).first()
    if user is None:
        return _newcomer(request, attempt, verified)
    if not user.is_active:
        return refuse(request, attempt, DISABLED)
    arguments = {"user": user, "verified": verified, "now": timezone.now(), "by": request.actor}
    changed = act(actions.recognise, attempt, **arguments)
    if changed is None:
        return refuse(request, attempt, TOO_LATE)
    attempt.user = User.objects.get(pk=user.pk) if changed else user
    doors.enter(request, attempt, means=verified.means)
    if changed:
        told = f"Votre compte suit désormais votre carte\u00a0: {', '.join(changed)}."
        messages.info(request, f"{told} Un message vous dit ce qui a changé.")
    return redirect(doors.landing(attempt))


def _newcomer(request, attempt, verified):
    # A médecin who removed the pairing of his own account pairs again.
    if attempt.door == Attempt.Door.PROFESSIONNEL or User.objects.known_as([verified.idnat.lower()]).exists():
        return redirect("authcps:pair")
    return redirect("authcps:first" if verified.is_medecin else "first_assistant")


def refuse(request, attempt, reason):
    return page(request, "authcps/refused.html", status=403, reason=reason, door=attempt.door)
