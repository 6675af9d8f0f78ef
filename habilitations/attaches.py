"""Tells `accounts`, which cannot import this app, where an account holds habilitations."""

from django.utils import timezone

from accounts.attaches import Attaches
from accounts.policies import SETTLED_AFTER
from habilitations.models import Habilitation


def of_account(user, *, now) -> Attaches:
    """`settled` by its dates and by when it was given."""
    today, since = timezone.localdate(now), now - SETTLED_AFTER
    held = Habilitation.objects.of(user)
    long_held = held.in_force(today).filter(debut__lte=timezone.localdate(since), granted_at__lte=since)
    return Attaches([one.place for one in held.current(today)], [one.place for one in long_held])
