"""All ways to sign in, in one table; nothing else opens a session (a test checks every URL)."""

from dataclasses import dataclass

import django_otp
from django.contrib.auth import login
from django.utils import timezone
from django_otp.models import Device

import accounts.actions
from authcps import actions, psc
from authcps.identity import Verified
from authcps.models import Attempt
from viatraj.core.actor import Actor, Means
from viatraj.core.saving import act


@dataclass(frozen=True)
class WayIn:
    """`url_name` is the page whose POST, or return, opens the session."""

    url_name: str
    means: tuple[str, ...]
    open: bool = True


WAYS_IN = (
    WayIn("authcps:medecin", (Means.TRUSTED,)),
    WayIn("authcps:professionnel", (Means.TRUSTED,)),
    WayIn("authcps:code", (Means.MAIL, Means.SMS)),
    WayIn("authcps:totp", (Means.TOTP,)),
    WayIn("authcps:recovery", (Means.RECOVERY,)),
    WayIn("authcps:first", (Means.CPS, Means.PSC)),
    WayIn("first_assistant", (Means.CPS, Means.CPE, Means.CPA, Means.PSC)),
    WayIn("authcps:card_return", (Means.CPS, Means.CPE, Means.CPA)),
    WayIn("authcps:psc_return", (Means.PSC,)),
    WayIn("authcps:psc_exercice", (Means.PSC,)),
)


def landing(attempt: Attempt) -> str:
    """The page asked for, else the door's home; an assistant first chooses the médecin he works for."""
    if attempt.next_path:
        return attempt.next_path
    if attempt.door == Attempt.Door.PROFESSIONNEL:
        return "professionnel"
    return "medecin" if attempt.user.is_medecin else "delegations:received"


def enter(request, attempt: Attempt, *, means: str, device: Device | None = None) -> None:
    """Open the session of somebody who has proved who he is; its key changes (ASVS 7.2.4)."""
    user, now = attempt.user, timezone.now()
    proof = psc.proof_of(request.session, attempt)
    # Nothing of the former user of this browser is kept, above all not his choice of médecin.
    request.session.flush()
    login(request, user)
    if proof:
        request.session[psc.KEPT] = proof
    if device is not None:
        django_otp.login(request, device)
    request.session.begin(means, now=now)
    request.session["door"] = attempt.door
    if user.last_sign_in_at:
        request.session["previous"] = [user.last_sign_in_at.isoformat(), user.last_sign_in_means]
    by = Actor(user=user, means=means, address=request.actor.address, request_id=request.request_id)
    act(accounts.actions.note_sign_in, user, means=means, now=now, by=by)
    if attempt.identity:
        act(actions.note_card, Verified.from_json(attempt.identity), user=user, now=now, by=by)
