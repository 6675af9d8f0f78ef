"""What the ways in share before anybody is known: the door, the page asked for."""

import time

from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from authcps import actions, limits
from authcps.models import Attempt
from authcps.views.arrival import ATTEMPT
from viatraj.core.saving import act

LONGEST = Attempt._meta.get_field("next_path").max_length or 0


def door_of(asked) -> str:
    """Médecins' unless the form says otherwise."""
    door = asked.get("porte", "")
    return door if door in Attempt.Door.values else Attempt.Door.MEDECIN


def page_of(asked) -> str:
    """A path of ours, or empty: nobody is led elsewhere."""
    suite = asked.get("suite", "")
    is_ours = suite.startswith("/") and url_has_allowed_host_and_scheme(suite, allowed_hosts=None)
    return suite if is_ours and len(suite) <= LONGEST else ""


def is_noted(request) -> bool:
    """Whether the journal has a line of this beginning: not in a storm, which never refuses anybody."""
    return not limits.is_storm(request.actor.address, now=time.time())


def begin(request, *, is_noted: bool) -> Attempt:
    """By card or Pro Santé Connect; this browser's session holds the attempt, under a new key."""
    attempt = act(
        actions.begin,
        door=door_of(request.POST),
        next_path=page_of(request.POST),
        is_noted=is_noted,
        now=timezone.now(),
        by=request.actor,
    )
    hold(request, attempt)
    return attempt


def hold(request, attempt) -> None:
    request.session.cycle_key()
    request.session[ATTEMPT] = str(attempt.pk)
