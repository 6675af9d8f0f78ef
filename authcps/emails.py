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


def paired(user, verified, *, at):
    _notice("paired", user, at, means=Means(verified.means).label)


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
