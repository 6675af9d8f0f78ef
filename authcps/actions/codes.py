"""Codes and the browsers that gave one. Nobody is known yet: the caps guard these, not a policy."""

from datetime import timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F

from authcps import emails
from authcps.actions.attempts import finish, known_as
from authcps.caps import is_capped
from authcps.models import Code, CodeDevice, TrustedBrowser
from journal.models import record
from viatraj.core.saving import locked, save_valid


@transaction.atomic
def enrol(user, *, channel, target, by):
    """A verified address or mobile receives the codes; the former one no longer does."""
    device = (
        CodeDevice.objects.select_for_update(no_key=True)
        .filter(user=user, channel=channel, confirmed=True)
        .first()
    )
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
def send_code(attempt, *, now, by, channel=""):
    """Send a code, which replaces the former one of this attempt; ValidationError says how long to wait
    (CON-5).

    Whoever begins again before that (Back, another tab, another browser) may use the code already sent.
    `channel`: mail or sms; empty, or not this account's: as it prefers (CON-6).
    """
    user = locked(attempt.user)
    attempt = locked(attempt)
    by = known_as(user, by)
    device = _device_of(user, channel, by=by)
    if refusal := _why_not_yet(user, now):
        if not _take_over(attempt, device, now, by=by):
            raise refusal
        return
    attempt.codes.filter(used_at=None, ends__gt=now).update(ends=F("sent_at"))
    code, ends = Code.draw(), now + settings.CODE_LIFETIME
    Code.objects.create(
        attempt=attempt,
        user=user,
        device=device,
        digest=Code.digest_of(user.pk, code),
        sent_at=now,
        ends=ends,
    )
    emails.code(attempt, device, code=code, sent_at=now, ends=ends)
    record("code.sent", by=by, target=user, channel=device.channel)


def _take_over(attempt, device, now, *, by) -> bool:
    """Move the account's valid code of this channel to this attempt, and away from its former one.

    The number of tries already used is kept.
    """
    living = Code.objects.filter(user=attempt.user_id, device=device, used_at=None, ends__gt=now)
    code = living.filter(tries__lt=settings.CODE_TRIES).order_by("-sent_at", "-pk").first()
    if code is None or code.attempt_id == attempt.pk:
        return False
    code.attempt = attempt
    code.save(update_fields=["attempt"])
    record("code.taken_over", by=by, target=attempt.user, channel=device.channel)
    return True


def _device_of(user, channel, *, by) -> CodeDevice:
    devices = {one.channel: one for one in CodeDevice.objects.filter(user=user, confirmed=True)}
    device = devices.get(channel or user.reception) or devices.get(CodeDevice.Channel.MAIL)
    if device is None and user.email_verified_at is None:
        raise ValidationError(NOT_CONFIRMED, code="address")
    return device or enrol(user, channel=CodeDevice.Channel.MAIL, target=user.email, by=by)


NOT_CONFIRMED = (
    "Votre adresse e-mail n’est pas encore confirmée\u00a0: suivez le lien que vous avez reçu, ou utilisez "
    "votre carte."
)


def _why_not_yet(user, now) -> ValidationError | None:
    """Why no code may be sent yet: one a minute while the former is unused, and six an hour."""
    sent = list(
        Code.objects.filter(user=user, sent_at__gt=now - timedelta(hours=1)).order_by("-sent_at", "-pk")[
            : settings.CODES_AN_HOUR
        ]
    )
    is_waiting = bool(sent) and sent[0].used_at is None and sent[0].ends > now
    if is_waiting and now - sent[0].sent_at < settings.CODE_RESEND_AFTER:
        return ValidationError(
            "Un code vient de vous être envoyé. Attendez une minute avant d’en demander un autre.",
            code="wait",
        )
    if len(sent) >= settings.CODES_AN_HOUR:
        return ValidationError(
            "Vous avez demandé plusieurs codes depuis une heure. Réessayez plus tard, ou par carte.",
            code="wait",
        )
    return None


WRONG_CODE = "Ce code n’est pas reconnu, ou n’est plus valable. Vérifiez-le, ou demandez-en un nouveau."
TOO_MANY = "Trop de codes erronés ont été saisis. Réessayez dans une heure, ou utilisez votre carte."


def redeem(attempt, *, code, now, by):
    """The device of a right code, else ValidationError. Each try is counted before the code is compared."""
    with transaction.atomic():
        user = locked(attempt.user)
        refusal = TOO_MANY if is_capped(user, now) else WRONG_CODE
        device = _look(attempt, code, now) if refusal == WRONG_CODE else None
        record("code.redeemed" if device else "code.refused", by=known_as(user, by), target=user)
    if device is None:
        raise ValidationError({"code": refusal})
    return device


def _look(attempt, code, now) -> CodeDevice | None:
    attempt = locked(attempt)
    living = attempt.codes.filter(used_at=None, ends__gt=now)
    if not living.filter(tries__lt=settings.CODE_TRIES).update(tries=F("tries") + 1):
        return None
    right = living.filter(digest=Code.digest_of(attempt.user_id, code)).select_related("device").first()
    if right is None or not finish(attempt, now):
        return None
    right.used_at = now
    right.save(update_fields=["used_at"])
    return right.device


@transaction.atomic
def skip_code(attempt, *, token, now, by):
    """The device whose code this browser gave less than 8 h ago, or None (CON-6)."""
    trusted = TrustedBrowser.objects.living(now).filter(
        user=attempt.user, token_hash=TrustedBrowser.hash_of(token)
    )
    found = trusted.first() if token else None
    device = found.device if found else None
    if device is None or not finish(attempt, now):
        return None
    record("code.redeemed", by=known_as(attempt.user, by), target=attempt.user, trusted=True)
    return device


@transaction.atomic
def trust(device, *, token, former="", now, by):
    """This browser needs no code for 8 hours, counted from this code and never prolonged.

    `former` is the token that this browser had. It is replaced for everybody who shares the browser: their
    trust goes on under the new one, and a token that somebody has seen, or has planted there, becomes
    worthless.
    """
    if former:
        before = TrustedBrowser.objects.filter(token_hash=TrustedBrowser.hash_of(former))
        # Locked by ascending key first, since some rows are other people's.
        list(before.select_for_update(no_key=True).order_by("pk"))
        before.filter(user=device.user).delete()
        before.update(token_hash=TrustedBrowser.hash_of(token))
    TrustedBrowser.objects.update_or_create(
        user=device.user,
        token_hash=TrustedBrowser.hash_of(token),
        defaults={"device_path": device.persistent_id, "ends": now + settings.TRUST_LIFETIME},
    )
    record("navigateur.trusted", by=known_as(device.user, by), target=device.user)
