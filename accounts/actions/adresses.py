"""A new e-mail address or mobile: used only once its link was followed (COM-5; ASVS 6.6.1, 7.5.1)."""

import secrets
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts import emails, policies
from accounts.actions.mots_de_passe import prove
from accounts.models import ChangementAdresse
from journal.models import record
from viatraj.core.saving import locked, save_valid

LIFETIME = timedelta(hours=24)
AN_HOUR = 5


def ask_change(user, *, kind, target, ancien, now, by):
    """Sends a link to the new address or number, and tells the present one; the former link dies."""
    policies.owner(by, user)
    prove(user, ancien, now=now, by=by)
    with transaction.atomic():
        user = locked(user)
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


def send_link(user, *, kind, target, now, lifetime=LIFETIME, **asked) -> ChangementAdresse:
    """A part of `ask_change`, and of a référent's `change_email`; former links of that kind die."""
    token = secrets.token_urlsafe(32)
    user.changements.filter(kind=kind, confirmed_at=None, ends__gt=now).update(ends=now)
    change = save_valid(
        ChangementAdresse(
            user=user,
            kind=kind,
            target=target,
            digest=ChangementAdresse.digest_of(token),
            asked_at=now,
            ends=now + lifetime,
            **asked,
        )
    )
    emails.change_link(change, token)
    return change


def _check_asking(user, now):
    if user.changements.filter(asked_at__gt=now - timedelta(hours=1)).count() >= AN_HOUR:
        raise ValidationError("Vous avez demandé plusieurs liens depuis une heure. Réessayez plus tard.")


@transaction.atomic
def confirm_change(change, *, now, by):
    """Once; the former address is told. The second factor follows: `authcps.actions.confirm_reception`."""
    policies.confirm_change(change, now)
    user, change = locked(change.user), locked(change)
    policies.confirm_change(change, now)
    former = user.email
    _apply(user, change, now)
    change.confirmed_at = now
    change.save(update_fields=["confirmed_at"])
    record("adresse.changed", by=by, target=user, kind=change.kind)
    if change.target != former:  # the first address was no other before
        emails.change_done(change, former=former, at=now)
    return user


def _apply(user, change, now):
    if change.kind == ChangementAdresse.Kind.MAIL:
        user.email, user.email_verified_at = change.target, now
    else:
        user.mobile, user.mobile_verified_at = change.target, now
    user.version += 1
    save_valid(user)
