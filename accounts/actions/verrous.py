"""The lock of the password door (CON-12): card, Pro Santé Connect and living sessions go on."""

from django.conf import settings
from django.db import transaction

from accounts import attaches, emails, policies
from journal.models import record
from viatraj.core.saving import locked


@transaction.atomic
def note_wrong_password(user, *, now, by):
    """Keep the instants of the last 15 minutes; the fifth one locks the password door (CON-12)."""
    since = now - settings.PASSWORD_WINDOW
    user.wrong_passwords_at = [at for at in user.wrong_passwords_at if at > since] + [now]
    if user.locked_at is None and len(user.wrong_passwords_at) >= settings.PASSWORD_TRIES:
        user.locked_at, user.wrong_passwords_at = now, []
        record("compte.locked", by=by, target=user)
        emails.locked(user, at=now)
    user.save(update_fields=["wrong_passwords_at", "locked_at"])


@transaction.atomic
def lift_lock(user, *, by):
    """The owner has proved who he is otherwise: by card, by Pro Santé Connect, by the link of a reset."""
    policies.lift_lock(by, user)
    _open_again(user, by=by)


@transaction.atomic
def unlock(user, *, now, by):
    """A référent of one of the places where the account holds a habilitation opens the door again (COM-7)."""
    by = policies.unlock(by, user, attaches.of(user, now=now).places)
    _open_again(user, by=by)


def _open_again(user, *, by):
    """Twice is once."""
    user = locked(user)
    if user.locked_at is None:
        return
    user.locked_at, user.wrong_passwords_at = None, []
    user.save(update_fields=["locked_at", "wrong_passwords_at"])
    record("compte.unlocked", by=by, target=user)
