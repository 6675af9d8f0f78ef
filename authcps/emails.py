from django.urls import reverse

from accounts.models import User
from courrier import outbox
from courrier.models import Priority
from viatraj.core.actor import Means


def code(attempt, device, *, code, sent_at, ends):
    """The code itself: kept encrypted, erased once delivered, never sent after its 10 minutes."""
    outbox.post(
        f"authcps/emails/code{'_sms' if device.channel == 'sms' else ''}",
        to=device.target,
        channel=device.channel,
        key=f"code:{attempt.pk}:{sent_at.timestamp()}",
        context={"code": code, "ends": ends, "user": attempt.user},
        priority=Priority.CODE,
        expires_at=ends,
        secret=True,
    )


def paired(user, verified, *, at, names):
    """`names`: that of the card, and that of the account, when they differ."""
    _notice("paired", user, at, means=Means(verified.means).label, holder=verified.nom_complet, names=names)


def paired_other_name(referent, user, verified, names, *, at):
    """To a référent: somebody's account opens by a card at another name."""
    outbox.post(
        "authcps/emails/paired_other_name",
        to=referent.email,
        key=f"paired-other-name:{user.pk}:{referent.pk}:{at.timestamp()}",
        context={
            "referent": referent,
            "user": user,
            "names": names,
            "means": Means(verified.means).label,
            "at": at,
            "link": reverse("habilitations:compte", args=[user.pk]),
        },
    )


def renamed(user, before, after, *, means, at):
    """COM-5: the account has followed the card."""
    words = [(User._meta.get_field(name).verbose_name, before[name], after[name]) for name in after]
    _notice("renamed", user, at, words=words, means=Means(means).label)


def unpaired(user, identite, *, at, referent=""):
    """`referent`: who did it, when it was not the person himself."""
    _notice("unpaired", user, at, numero=identite.idnat[1:], referent=referent)


def _notice(letter, user, at, **context):
    outbox.post(
        f"authcps/emails/{letter}",
        to=user.email,
        key=f"{letter}:{user.pk}:{at.timestamp()}",
        context={"user": user, "at": at, **context},
    )


def security_changed(user, change, *, at, left=0):
    """`change`: totp_added, totp_removed, recovery_made or recovery_used (`left` more)."""
    _notice("security_changed", user, at, change=change, left=left)
