"""Signing in: password, then code. The only writer of this app.

Nobody is known yet when these run: what guards them are the caps below, not a policy.
"""

from datetime import timedelta
from functools import cache

from django.conf import settings
from django.contrib.auth.hashers import make_password, verify_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, F, Sum

import accounts.actions
from accounts.identifiants import spellings
from accounts.models import User
from authcps import emails, policies
from authcps.models import Attempt, Code, CodeDevice, TrustedBrowser
from journal.models import record
from viatraj.core.actor import Actor
from viatraj.core.saving import locked, save_valid

ATTEMPT_LIFETIME = timedelta(minutes=30)


@cache
def _nobody() -> str:
    """What an unknown account's password is checked against: the same work as for a known one."""
    return make_password("the password of nobody")


def identify(*, identifiant, mot_de_passe, door, next_path, now, by):
    """The first factor: an Attempt, or None, for whatever reason (same work, same answer: MDP-2).

    The hash is computed before any lock is taken; the account is then read again, locked.
    """
    known = User.objects.known_as(spellings(identifiant)).only("pk", "password").first()
    right, must_update = verify_password(mot_de_passe, known.password if known else _nobody())
    renewed = make_password(mot_de_passe) if right and must_update else None
    with transaction.atomic():
        user = User.objects.select_for_update(of=("self",)).filter(pk=known.pk if known else 0).first()
        reason = _reason_to_refuse(user, bool(right and known and user and user.password == known.password))
        if user is None or reason:
            _note_refusal(user, reason, now=now, by=by)
            return None
        if renewed:
            user.password = renewed
            user.save(update_fields=["password"])
        attempt = Attempt.objects.create(
            door=door, user=user, next_path=next_path, ends=now + ATTEMPT_LIFETIME
        )
        record("connexion.started", by=_as(user, by), target=user, door=door)
        return attempt


def _reason_to_refuse(user, right) -> str:
    if user is None:
        return "unknown"
    if user.disabled_at:
        return "disabled"
    if user.locked_at:
        return "locked"
    if not right:
        return "wrong"
    if user.is_medecin and user.first_strong_at is None:
        return "never_by_card"  # CON-3
    return ""


def _note_refusal(user, reason, *, now, by):
    # The same statements for all reasons: the time taken tells nothing.
    if reason == "wrong":
        accounts.actions.note_wrong_password(user, now=now, by=by)
    else:
        with transaction.atomic():
            User.objects.filter(pk=user.pk if user else 0).update(login=F("login"))
    record("connexion.refused", by=by, target=user, reason=reason)


def _as(user, by) -> Actor:
    """The same door and address, now that we know who it is."""
    return Actor(user=user, address=by.address, request_id=by.request_id, quality=by.quality, means=by.means)


@transaction.atomic
def enrol(user, *, channel, target, by):
    """A verified address or mobile receives the codes; the former one no longer does."""
    device = CodeDevice.objects.select_for_update().filter(user=user, channel=channel, confirmed=True).first()
    if device and device.target == target:
        return device
    if device is None:
        device = CodeDevice(user=user, channel=channel, name=channel)
    device.target = target
    save_valid(device)
    TrustedBrowser.objects.filter(user=user).delete()
    record("reception.enrolled", by=by, target=user, channel=channel)
    return device


@transaction.atomic
def send_code(attempt, *, now, by):
    """A new code kills the former one of this attempt; ValidationError says how long to wait (CON-5)."""
    attempt = locked(attempt)
    user = locked(attempt.user)
    _check_sending(user, now)
    attempt.codes.filter(used_at=None, ends__gt=now).update(ends=F("sent_at"))
    device = _device_of(user, by=_as(user, by))
    code, ends = Code.draw(), now + settings.CODE_LIFETIME
    Code.objects.create(
        attempt=attempt,
        user=user,
        device=device,
        digest=Code.digest_of(attempt, code),
        sent_at=now,
        ends=ends,
    )
    emails.code(attempt, device, code=code, sent_at=now, ends=ends)
    record("code.sent", by=_as(user, by), target=user, channel=device.channel)


def _device_of(user, *, by) -> CodeDevice:
    device = CodeDevice.objects.filter(user=user, confirmed=True).order_by("channel").first()
    return device or enrol(user, channel=CodeDevice.Channel.MAIL, target=user.email, by=by)


def _check_sending(user, now):
    sent = Code.objects.filter(user=user, sent_at__gt=now - timedelta(hours=1)).order_by("-sent_at")
    times = list(sent.values_list("sent_at", flat=True)[: settings.CODES_AN_HOUR])
    if times and now - times[0] < settings.CODE_RESEND_AFTER:
        raise ValidationError(
            "Un code vient de vous être envoyé. Attendez une minute avant d’en demander un autre.",
            code="wait",
        )
    if len(times) >= settings.CODES_AN_HOUR:
        raise ValidationError(
            "Vous avez demandé plusieurs codes depuis une heure. Réessayez plus tard, ou par carte.",
            code="wait",
        )


WRONG_CODE = "Ce code n’est pas reconnu, ou n’est plus valable. Vérifiez-le, ou demandez-en un nouveau."
TOO_MANY = "Trop de codes erronés ont été saisis. Réessayez dans une heure, ou utilisez votre carte."


def redeem(attempt, *, code, now, by):
    """The device of a right code, else ValidationError; each look is counted before it is made."""
    with transaction.atomic():
        user = locked(attempt.user)
        refusal = TOO_MANY if _is_capped(user, now) else WRONG_CODE
        device = _look(attempt, code, now) if refusal == WRONG_CODE else None
        record("code.redeemed" if device else "code.refused", by=_as(user, by), target=user)
    if device is None:
        raise ValidationError({"code": refusal})
    return device


def _look(attempt, code, now) -> CodeDevice | None:
    living = attempt.codes.filter(used_at=None, ends__gt=now)
    if not living.filter(tries__lt=settings.CODE_TRIES).update(tries=F("tries") + 1):
        return None
    right = living.filter(digest=Code.digest_of(attempt, code)).select_related("device").first()
    if right is None or not _finish(attempt, now):
        return None
    right.used_at = now
    right.save(update_fields=["used_at"])
    return right.device


def _finish(attempt, now) -> bool:
    """An attempt opens one session, once."""
    return bool(
        Attempt.objects.filter(pk=attempt.pk, signed_in_at=None, ends__gt=now).update(signed_in_at=now)
    )


def _is_capped(user, now) -> bool:
    return (
        _wrong_codes(user, now, hours=1) >= settings.WRONG_CODES_AN_HOUR
        or _wrong_codes(user, now, hours=24) >= settings.WRONG_CODES_A_DAY
    )


def _wrong_codes(user, now, *, hours) -> int:
    codes = Code.objects.filter(user=user, sent_at__gt=now - timedelta(hours=hours))
    found = codes.aggregate(tried=Sum("tries", default=0), right=Count("used_at"))
    return found["tried"] - found["right"]


@transaction.atomic
def skip_code(attempt, *, token, now, by):
    """The device whose code this browser gave less than 8 h ago, or None (CON-6)."""
    trusted = TrustedBrowser.objects.filter(
        user=attempt.user, token_hash=TrustedBrowser.hash_of(token), ends__gt=now
    ).select_related("device")
    found = trusted.first() if token else None
    if found is None or not _finish(attempt, now):
        return None
    record("code.redeemed", by=_as(attempt.user, by), target=attempt.user, trusted=True)
    return found.device


@transaction.atomic
def trust(device, *, token, now, by):
    """The slice of 8 hours runs from the code and is not prolonged."""
    TrustedBrowser.objects.update_or_create(
        user=device.user,
        token_hash=TrustedBrowser.hash_of(token),
        defaults={"device": device, "ends": now + settings.TRUST_LIFETIME},
    )
    record("navigateur.trusted", by=_as(device.user, by), target=device.user)


@transaction.atomic
def sign_out(*, by):
    policies.sign_out(by)
    record("connexion.closed", by=by, target=by.user)


@transaction.atomic
def purge(*, now, by):
    """Attempts, their codes and stale trust, 24 hours after their end (model.md, knot 9)."""
    policies.system(by)
    day_ago = now - timedelta(days=1)
    ended, _ = Attempt.objects.filter(ends__lt=day_ago).delete()
    TrustedBrowser.objects.filter(ends__lt=now).delete()
    if ended:
        record("connexions.purged", by=by, ended=ended)
