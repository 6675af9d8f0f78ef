"""The signed stamp of a long form: for whom it was drawn, of which volet, when.

By it alone, what is sent after the session has ended may be kept, once, for that account (DOS-3).
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core import signing

SALT = "dossiers.timbre"
LIFETIME = timedelta(hours=8)  # as long as a session may last


@dataclass(frozen=True)
class Timbre:
    user_id: int
    volet_id: int
    text: str  # the whole of it, which serves once


def stamp(user_id: int, volet_id: int, *, now: datetime) -> str:
    """Each drawing of a form has its own."""
    said = [user_id, volet_id, int(now.timestamp()), secrets.token_urlsafe(8)]
    return signing.Signer(salt=SALT).sign_object(said)


def read(text: str, *, now: datetime) -> Timbre | None:
    """None when it is not ours, or too old."""
    try:
        user_id, volet_id, drawn, _ = signing.Signer(salt=SALT).unsign_object(text)
    except signing.BadSignature:
        return None
    age = now.timestamp() - drawn
    return Timbre(user_id, volet_id, text) if -60 <= age <= LIFETIME.total_seconds() else None
