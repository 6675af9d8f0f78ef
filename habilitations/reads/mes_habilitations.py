"""What pages show a person of his own habilitations, and of what he asked for."""

import uuid
from datetime import date, datetime, timedelta
from typing import NamedTuple

from habilitations.models import DemandeHabilitation, Habilitation, HabilitationQuerySet
from habilitations.reads.echeances import ending_by
from viatraj.core import prepared
from viatraj.core.expiry import SOON_MONTHS
from viatraj.core.kept import kept
from viatraj.core.periods import add_months

# Most médecins hold nothing in an établissement: one prepared look spares them the list.
ANY = """
    SELECT EXISTS (SELECT FROM habilitations_habilitation
      WHERE user_id = %(user)s AND revoked_at IS NULL AND fin >= %(day)s)"""


def own(user, *, on: date) -> HabilitationQuerySet:
    """In force or to come, with their places."""
    ((holds,),) = prepared.rows(ANY, {"user": user.pk, "day": on})
    if not holds:
        return Habilitation.objects.none()
    return Habilitation.objects.of(user).current(on).with_lieu().order_by("fin", "pk")


@kept
def _ending(*, user, today, soon) -> HabilitationQuerySet:
    return ending_by(Habilitation.objects.of(user), today, soon).with_lieu().order_by("fin", "pk")


ANSWERED_FOR = timedelta(days=30)  # an answer stands on the home that long
STIRRING = """
    SELECT EXISTS (SELECT FROM habilitations_habilitation
        WHERE user_id = %(user)s AND revoked_at IS NULL AND fin BETWEEN %(day)s AND %(last)s),
      EXISTS (SELECT FROM habilitations_demandehabilitation
        WHERE user_id = %(user)s AND (state = 'waiting' OR closed_at > %(since)s))"""
SHOWN = 10


class Stirring(NamedTuple):
    """`ending`: within a month, each with the `demande` about it that waits; `demandes`: the latest first."""

    ending: list[Habilitation]
    demandes: list[DemandeHabilitation]


def stirring(user, *, today: date, now: datetime) -> Stirring:
    """What moves in somebody's rights: mostly nothing, which one prepared look says."""
    since, last = now - ANSWERED_FOR, add_months(today, SOON_MONTHS)
    ((ends, asked),) = prepared.rows(STIRRING, {"user": user.pk, "day": today, "last": last, "since": since})
    demandes = list(_told(user, since)) if asked else []
    waiting = {one.habilitation_id: one for one in demandes if one.is_waiting}
    ending = _ending(user=user.pk, today=today, soon=last) if ends else []
    for one in ending:
        one.demande = waiting.get(one.pk)
        one.until, one.cle = add_months(one.fin, PROLONGED_BY), uuid.uuid4()
    return Stirring(ending, demandes)


PROLONGED_BY = 12  # months, in one click; another date is asked for on the page of the demande


def _told(user, since):
    """Waiting, or answered lately; what he withdrew himself is no news."""
    rows = DemandeHabilitation.objects.of(user).known_to_profils().with_lieu()
    told = rows.waiting() | rows.filter(closed_at__gt=since).exclude(
        state=DemandeHabilitation.State.WITHDRAWN
    )
    return told.order_by("-asked_at", "-pk")[:SHOWN]
