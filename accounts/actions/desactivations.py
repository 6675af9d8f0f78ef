"""An account closed, then open again: all its doors at once, its sessions with them."""

from django.db import transaction

from accounts import attaches, emails, policies
from accounts.actions.acces import close
from changements.actions import Noted, keep
from journal.models import record
from viatraj.core.saving import locked, save_valid


@transaction.atomic
def disable(user, *, now, by):
    """The person is out at the next click.

    Habilitations stay, but give no right until the account is enabled.
    """
    user = locked(user)
    by = policies.disable(by, user, attaches.of(user, now=now).places)
    if not user.is_active:
        return
    noted = Noted()
    noted.found(user)
    user.disabled_at, user.version = now, user.version + 1
    save_valid(user)
    close(user, now=now)
    record("compte.disabled", by=by, target=user)
    keep(noted, "compte.disabled", by=by)
    emails.disabled(user, at=now, changement=noted.cle)


@transaction.atomic
def enable(user, *, now, by):
    """ValidationError (`email`) when his address has become somebody else's meanwhile."""
    user = locked(user)
    by = policies.disable(by, user, attaches.of(user, now=now).places)
    if user.is_active:
        return
    user.disabled_at, user.version = None, user.version + 1
    save_valid(user)
    record("compte.enabled", by=by, target=user)
    emails.enabled(user, at=now)
