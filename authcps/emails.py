from courrier import outbox
from courrier.models import Priority


def code(attempt, device, *, code, sent_at, ends):
    """The code itself: kept encrypted, erased once delivered, never sent after its 10 minutes."""
    outbox.post(
        "authcps/emails/code",
        to=device.target,
        channel=device.channel,
        key=f"code:{attempt.pk}:{sent_at.timestamp()}",
        context={"code": code, "ends": ends, "user": attempt.user},
        priority=Priority.CODE,
        expires_at=ends,
        secret=True,
    )
