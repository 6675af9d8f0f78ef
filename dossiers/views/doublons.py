"""«Ce patient a peut-être déjà un dossier»: asked before one is created, or its identity changed (DOS-3)."""

import time

from django.db.models import Q

from accounts import limits
from dossiers import actions, policies
from dossiers.reads.doublons import Doublons, Traits
from viatraj.core.pages import TooManyRequests
from viatraj.core.policies import can
from viatraj.core.saving import act


def to_show(request, form, *, but: Q) -> Doublons | None:
    """Of a valid form, unless its sender has just been shown them; None when there is nothing to say.

    The form then says that they were shown, for when it is sent again.
    """
    if not form.is_valid() or not form.is_about_another or not can(policies.seek_doublons, request.actor):
        return None
    traits = Traits.of(form.cleaned_data)
    shown = traits.stamp(request.actor)
    if form.shown == shown:
        return None
    _slow_down(request)
    found = act(actions.seek_doublons, traits, by=request.actor, but=but)
    form.has_shown(shown)
    return found or None


def _slow_down(request):
    """As searches of people are: who types names to learn of patients is stopped."""
    now = time.time()
    for limit in (limits.SEARCHES_AT_ONCE, limits.SEARCHES_A_DAY):
        if wait := limits.seconds_to_wait(limit, "doublons", str(request.user.pk), now=now):
            raise TooManyRequests(wait)
