"""A new e-mail address or mobile: used only once its link was followed (COM-5; ASVS 6.6.1, 7.5.1)."""

import secrets
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts import emails, policies
from accounts.actions.mots_de_passe import locked_as_proved, prove
from accounts.models import ChangementAdresse
from journal.models import record
from viatraj.core.saving import locked, save_valid

LIFETIME = timedelta(hours=24)
CANCEL_LIFETIME = timedelta(hours=48)
AN_HOUR = 5
KEPT = (
    "Cette adresse vient d’être quittée par un autre compte, qui peut la reprendre pendant 48 heures. "
    "Réessayez ensuite."
)


def ask_change(user, *, kind, target, ancien, now, by):
    """Sends a link to the new address or number, and tells the present one; earlier links no longer work."""
    policies.owner(by, user)
    prove(user, ancien, now=now, by=by)
    with transaction.atomic():
        user = locked_as_proved(user)
        _check_asking(user, now)
        change = send_link(user, kind=kind, target=target, now=now)
        record("adresse.asked", by=by, target=user, kind=kind)
        if target != user.email:
            emails.change_asked(change)
    return change


@transaction.atomic
def ask_first_address(user, *, now, by):
    """The address given with a new account is confirmed as a later one is: by its link."""
    policies.system(by)
    record("adresse.asked", by=by, target=user, kind=ChangementAdresse.Kind.MAIL)
    return send_link(user, kind=ChangementAdresse.Kind.MAIL, target=user.email, now=now)


def send_link(user, *, kind, target, now, lifetime=LIFETIME) -> ChangementAdresse:
    """Part of `ask_change` and `ask_first_address`; earlier links of that kind no longer work."""
    token = secrets.token_urlsafe(32)
    change = new_change(user, kind=kind, target=target, token=token, now=now, lifetime=lifetime)
    emails.change_link(change, token)
    return change


def new_change(user, *, kind, target, token, now, lifetime, **asked) -> ChangementAdresse:
    """Part of the above and of a référent's `change_email`: the former waiting changes end."""
    user.changements.filter(kind=kind, confirmed_at=None, ends__gt=now).update(ends=now)
    digest = ChangementAdresse.digest_of(token)
    return save_valid(
        ChangementAdresse(
            user=user, kind=kind, target=target, digest=digest, asked_at=now, ends=now + lifetime, **asked
        )
    )


def refuse_kept(email, *, now, but=None):
    """Refuses an address that its former holder may still take back (COM-10); for actions that set one."""
    kept = ChangementAdresse.objects.filter(
        before__email__iexact=email, confirmed_at__isnull=False, cancelled_at=None, cancel_ends__gt=now
    )
    if email and kept.exclude(user=but).exists():
        raise ValidationError(KEPT, code="email")


def _check_asking(user, now):
    if user.changements.filter(asked_at__gt=now - timedelta(hours=1)).count() >= AN_HOUR:
        raise ValidationError("Vous avez demandé plusieurs liens depuis une heure. Réessayez plus tard.")


@transaction.atomic
def confirm_change(change, *, now, by):
    """Once; the former address is told. The second factor follows: `authcps.actions.confirm_reception`.

    What a référent asked may be cancelled for 48 hours from here.
    """
    user = locked(change.user)
    change = locked(change)
    policies.confirm_change(change, now)
    former = user.email
    _apply(user, change, now)
    change.confirmed_at = now
    if change.asked_by_id:
        change.cancel_ends = now + CANCEL_LIFETIME
    save_valid(change)
    record("adresse.changed", by=by, target=user, kind=change.kind)
    if change.target != former:  # else it is the account's first address, and nothing changed
        change.user = user  # the changed account, so that the letters go to both addresses
        emails.change_done(change, former=former, at=now)
    return user


def _apply(user, change, now):
    if change.kind == ChangementAdresse.Kind.MAIL:
        refuse_kept(change.target, now=now, but=user)
        user.email, user.email_verified_at = change.target, now
    else:
        user.mobile, user.mobile_verified_at = change.target, now
    user.version += 1
    save_valid(user)
