"""Who is told of a notification by a mail: those who hold it today, and have ticked «Réception des e-mails»
(HAB-8)."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import Q
from django.utils import timezone

import habilitations.rights
from accounts.models import User
from courrier.models import Message
from demandes.handicap.statuts import Cote
from demandes.models import Notification
from habilitations.models import Habilitation
from habilitations.profils import PROFILS
from viatraj.core.actor import Place, Rights
from viatraj.core.droits import Domaine, Droit, Mode, Niveau

PROFILS_TOLD = [
    one.code for one in PROFILS.values() if any(each.droit == Droit.NOTIFICATIONS for each in one.droits)
]


def of(notification: Notification, cote: str, *, on: date, users: Iterable[int] | None = None) -> list[User]:
    """Each once; `users`: only among these."""
    at, place = _where(notification, cote)
    held = Habilitation.objects.in_force(on).filter(at, emails=True, profil__in=PROFILS_TOLD)
    held = held.filter(user__disabled_at=None).exclude(user__email="")
    if users is not None:
        held = held.filter(user__in=list(users))
    rows = held.select_related("user").prefetch_related("droits", "guichet__unites").order_by("pk")
    return list({one.user_id: one.user for one in rows if _reads(one, place)}.values())


def _where(notification: Notification, cote: str) -> tuple[Q, Place]:
    if cote == Cote.MDPH:
        mdph = notification.mdph_id
        return Q(niveau=Niveau.COORDINATION, coordination=mdph), Place(coordination=mdph)
    here = Q(niveau=Niveau.ETABLISSEMENT, etablissement=notification.etablissement_id)
    if notification.unite_id:
        here |= Q(niveau=Niveau.UNITE, unite=notification.unite_id)
    return here, notification.place_esms


def _reads(row: Habilitation, place: Place) -> bool:
    rights = Rights(frozenset(habilitations.rights.grants(row)))
    return rights.cover(Droit.NOTIFICATIONS, place, domaine=Domaine.HANDICAP, mode=Mode.LECTURE)


def may_leave(message: Message, now: datetime) -> bool:
    """Asked by the sender: whether it is still for that person (`emails.notification` writes the key)."""
    _, cote, pk, _, user = message.key.split(":")
    row = Notification.objects.filter(pk=pk).first()
    return row is not None and bool(of(row, cote, on=timezone.localdate(now), users=[int(user)]))
