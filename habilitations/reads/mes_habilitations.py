"""What pages show of a person's habilitations."""

from datetime import date

from habilitations.models import Habilitation, HabilitationQuerySet
from viatraj.core import prepared

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
