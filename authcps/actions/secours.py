"""The authenticator application and the recovery codes: set up in «Mon compte», used at sign-in."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction

import accounts.actions
from accounts import policies
from accounts.models import User
from authcps import emails
from authcps.actions.attempts import finish, known_as
from authcps.actions.codes import TOO_MANY, WRONG_CODE
from authcps.caps import is_capped
from authcps.models import CodeSecours, Essai, TotpDevice, TrustedBrowser
from authcps.models.secours import PURPOSE, step_of
from journal.models import record
from viatraj.core import sealing
from viatraj.core.actor import Means
from viatraj.core.saving import locked, save_valid

NOT_THIS_CODE = "Ce code ne correspond pas. Vérifiez que votre téléphone est à l’heure, puis réessayez."


def add_totp(user, *, key, code, ancien, now, by):
    """The first code proves that the application holds the key; another application is replaced."""
    policies.owner(by, user)
    accounts.actions.prove(user, ancien, now=now, by=by)
    step = step_of(key, code, now)
    if step is None:
        raise ValidationError({"code": NOT_THIS_CODE})
    with transaction.atomic():
        user = accounts.actions.locked_as_proved(user)
        TotpDevice.objects.filter(user=user).delete()
        device = save_valid(
            TotpDevice(
                user=user,
                name="totp",
                sealed_key=sealing.seal(PURPOSE, key),
                last_step=step,
                created_at=now,
            )
        )
        record("application.added", by=by, target=user)
        emails.security_changed(user, "totp_added", at=now)
    return device


def remove_totp(user, *, ancien, now, by):
    """Codes go by mail again; browsers trusted by its codes are trusted no more."""
    policies.owner(by, user)
    accounts.actions.prove(user, ancien, now=now, by=by)
    with transaction.atomic():
        user = accounts.actions.locked_as_proved(user)
        gone, _ = TotpDevice.objects.filter(user=user).delete()
        if not gone:
            return
        TrustedBrowser.objects.filter(user=user).delete()
        if user.reception == User.Reception.TOTP:
            user.reception = User.Reception.MAIL
            user.save(update_fields=["reception"])
        record("application.removed", by=by, target=user)
        emails.security_changed(user, "totp_removed", at=now)


def make_recovery(user, *, ancien, now, by) -> list[str]:
    """Ten new codes, shown once; earlier ones are no longer valid."""
    policies.owner(by, user)
    accounts.actions.prove(user, ancien, now=now, by=by)
    codes = [CodeSecours.draw() for _ in range(CodeSecours.COUNT)]
    with transaction.atomic():
        user = accounts.actions.locked_as_proved(user)
        CodeSecours.objects.filter(user=user).delete()
        CodeSecours.objects.bulk_create(
            CodeSecours(user=user, digest=CodeSecours.digest_of(user.pk, code), made_at=now) for code in codes
        )
        record("codes_secours.made", by=by, target=user)
        emails.security_changed(user, "recovery_made", at=now)
    return codes


def redeem_totp(attempt, *, code, now, by) -> TotpDevice:
    """A code of the application; one code opens once, whatever the browser."""
    with transaction.atomic():
        device = _look(attempt, Means.TOTP, _of_application, code, now=now, by=by)
        if device:
            device.save(update_fields=["last_step"])
    return _or_refuse(attempt, device, now)


def redeem_recovery(attempt, *, code, now, by) -> CodeSecours:
    """A recovery code, once; its owner is told by mail."""
    with transaction.atomic():
        found = _look(attempt, Means.RECOVERY, _of_recovery, code, now=now, by=by)
        if found:
            found.used_at = now
            found.save(update_fields=["used_at"])
            left = found.user.codes_secours.filter(used_at=None).count()
            emails.security_changed(found.user, "recovery_used", at=now, left=left)
    return _or_refuse(attempt, found, now)


def _of_application(user, code, now):
    device = TotpDevice.objects.filter(user=user, confirmed=True).first()
    step = device.step_of(code, now) if device else None
    if step is None:
        return None
    device.last_step = step
    return device


def _of_recovery(user, code, now):
    digests = CodeSecours.digests_of(user.pk, code)
    return user.codes_secours.select_related("user").filter(digest__in=digests, used_at=None).first()


def _look(attempt, means, find, code, *, now, by):
    """Compare a code, the account locked: each try counts, and an attempt opens one session at most."""
    user = locked(attempt.user)
    if is_capped(user, now) or attempt.essais.filter(means=means).count() >= settings.CODE_TRIES:
        record("code.refused", by=known_as(user, by), target=user)
        return None
    found = find(user, code, now)
    if found and not finish(attempt, now):
        found = None
    Essai.objects.create(attempt=attempt, user=user, means=means, at=now, is_right=found is not None)
    record("code.redeemed" if found else "code.refused", by=known_as(user, by), target=user, means=means)
    return found


def _or_refuse(attempt, found, now):
    if found is None:
        tried = attempt.essais.filter(is_right=False).count() >= settings.CODE_TRIES
        raise ValidationError({"code": TOO_MANY if tried or is_capped(attempt.user, now) else WRONG_CODE})
    return found
