"""The ways in of this app, for the list that an undone change walks (COM-10, docs/adr/0020)."""

from django.conf import settings
from django.db.models import F

from accounts.actions.acces import Acces
from accounts.models import Identite, User
from authcps.models import (
    Attempt,
    Carte,
    Challenge,
    Code,
    CodeDevice,
    CodeSecours,
    TotpDevice,
    TrustedBrowser,
)


def _end_identites(user, since, now) -> int:
    return user.identites.filter(since__gte=since, ended_at=None).update(ended_at=now)


def _end_receptions(user, since, now) -> int:
    """Codes go to the address and the mobile that the account has now, or nowhere."""
    targets = {
        CodeDevice.Channel.MAIL: user.email if user.email_verified_at else "",
        CodeDevice.Channel.SMS: user.mobile if user.mobile_verified_at else "",
    }
    moved = [one for one in _in_order(CodeDevice, user, confirmed=True) if one.target != targets[one.channel]]
    for device in moved:
        # Marked unconfirmed, not deleted: the wrong codes that the caps count refer to it.
        device.confirmed = bool(targets[device.channel])
        device.target = targets[device.channel] or device.target
        device.save(update_fields=["confirmed", "target"])
    return len(moved)


def _in_order(model, user, **which) -> list:
    """Rows of an account, locked by ascending key as `viatraj.core.locks` asks."""
    rows = model.objects.select_for_update(of=("self",), no_key=True).filter(user=user, **which)
    return list(rows.order_by("pk"))


def _end_totp(user, since, now) -> int:
    """And the preference for it."""
    gone, _ = TotpDevice.objects.filter(user=user, created_at__gte=since).delete()
    if user.reception == User.Reception.TOTP and not TotpDevice.objects.filter(user=user).exists():
        user.reception = User.Reception.MAIL
        user.save(update_fields=["reception"])
    return gone


def _end_secours(user, since, now) -> int:
    gone, _ = user.codes_secours.filter(made_at__gte=since).delete()
    return int(bool(gone))


def _end_trust(user, since, now) -> int:
    """Begun since: it lasts 8 hours from its beginning."""
    newer = user.trusted_browsers.filter(ends__gte=since + settings.TRUST_LIFETIME)
    living = newer.filter(ends__gt=now).count()
    newer.delete()
    return living


def _end_attempts(user, since, now) -> int:
    """Sign-ins under way and their codes end; the rows stay, since the caps count them.

    Their end is set in the past, since a request under way may have read the clock before this one.
    """
    living = _in_order(Attempt, user, ends__gt=now)
    Attempt.objects.filter(pk__in=[one.pk for one in living]).update(ends=since)
    Code.objects.filter(user=user, used_at=None, ends__gt=now).update(ends=F("sent_at"))
    return len([one for one in living if one.signed_in_at is None])


ACCES = (
    Acces(
        ("une carte ou Pro Santé Connect", "{} cartes ou Pro Santé Connect"),
        (Identite, Carte),
        _end_identites,
    ),
    Acces(
        ("l’envoi de codes à une autre adresse ou à un autre portable", ""), (CodeDevice,), _end_receptions
    ),
    Acces(("une application d’authentification", ""), (TotpDevice,), _end_totp),
    Acces(("des codes de secours", ""), (CodeSecours,), _end_secours),
    Acces(
        ("un navigateur de confiance", "{} navigateurs de confiance"),
        (TrustedBrowser,),
        _end_trust,
        closes=True,
    ),
    Acces(("une connexion commencée", "{} connexions commencées"), (Attempt, Code, Challenge), _end_attempts),
)
