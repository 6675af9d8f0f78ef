"""What leaves after a step of a demande, a dossier, a notification: a number and what to do, never who it is
about (DOS-6, HAB-8).

Each line has the address of its alert, which opens what it is about once its reader is signed in.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from accounts.models import User
from courrier import outbox
from courrier.models import Message, Priority
from demandes.alertes import Envoi
from demandes.models import Alerte

KEY = "alerte"
LETTERS = {Envoi.IMMEDIAT: "demandes/emails/alerte", Envoi.QUOTIDIEN: "demandes/emails/recap"}
LATE = timedelta(days=2)
SHOWN = 50


def told(user: User, alertes: Sequence[Alerte], *, now: datetime) -> bool:
    """What has just happened to one dossier, to one decision; or those of a day, the latest first."""
    envoi = Envoi(alertes[0].envoi)
    return outbox.post(
        LETTERS[envoi],
        to=user.email,
        key=f"{KEY}:{alertes[-1].pk}",
        priority=Priority.DIGEST if envoi == Envoi.QUOTIDIEN else Priority.NORMAL,
        expires_at=now + LATE,
        context=_context(user, alertes),
    )


def told_less(message: Message, user: User, alertes: Sequence[Alerte]) -> None:
    """The same letter, when it leaves, without what concerns its reader no more."""
    outbox.reword(message, LETTERS[Envoi(alertes[0].envoi)], context=_context(user, alertes))


def _context(user: User, alertes: Sequence[Alerte]) -> dict[str, Any]:
    """`lines`: each thing once."""
    lines = list({(one.sujet, one.phrase): one for one in reversed(alertes)}.values())
    return {
        "person": user.titre,
        "sujet": alertes[0],
        "lines": lines[:SHOWN],
        "others": max(0, len(lines) - SHOWN),
    }
