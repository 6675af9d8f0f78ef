"""What somebody was typing in a volet when his session ended (DOS-3)."""

import json
from datetime import datetime

from cryptography.fernet import InvalidToken
from django.utils.datastructures import MultiValueDict

from dossiers.models import Brouillon, Volet
from viatraj.core.sealing import unseal


def purpose(user_id: int, volet_id: int) -> str:
    """One key for one person and one form: sealed for another, it is not read."""
    return f"dossiers.saisie.{user_id}.{volet_id}"


def kept(user, volet: Volet, *, now: datetime) -> tuple[datetime, MultiValueDict] | None:
    """When it was kept, and what was typed, as the page had sent it: the last one."""
    mine = Brouillon.objects.living(now).filter(user=user, volet=volet).order_by("-kept_at", "-pk")
    for one in mine:
        try:
            sent = json.loads(unseal(purpose(user.pk, volet.pk), bytes(one.sealed)))
        except InvalidToken:  # SECRET_KEY is another one
            continue
        return one.kept_at, MultiValueDict(sent)
    return None
