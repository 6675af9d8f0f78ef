"""What the two homes show of délégations: the médecins one may work for, and what waits for an answer."""

from datetime import date
from typing import NamedTuple

from delegations.models import Delegation, DelegationQuerySet
from viatraj.core import prepared

# A quick first test, because most people have received nothing: it may be true too often, never too rarely.
# `received_in_force` and `awaiting` then decide.
MAY_CONCERN = """
    WITH mine AS (
      SELECT idnat, norm_cle(nom) AS nom FROM accounts_identite
      WHERE user_id = %(user)s AND ended_at IS NULL
    ), living AS (
      SELECT * FROM delegations_delegation
      WHERE refused_at IS NULL AND renounced_at IS NULL AND expired_at IS NULL AND revoked_at IS NULL
        AND fin >= %(day)s
    )
    SELECT EXISTS (SELECT FROM living WHERE delegataire_id = %(user)s)
      OR EXISTS (SELECT FROM living WHERE delegataire_id IS NULL
        AND nom_cle IN (SELECT nom FROM mine UNION SELECT norm_cle(%(nom)s)))
      OR EXISTS (SELECT FROM living JOIN annuaire_professionnel p ON p.id = professionnel_id
        WHERE delegataire_id IS NULL AND p.idnat IN (SELECT idnat FROM mine))"""


class Received(NamedTuple):
    """`lent`: in force, by the médecin's name; `awaiting`: proposed, to be accepted or refused."""

    lent: DelegationQuerySet
    awaiting: DelegationQuerySet


def received(user, *, on: date) -> Received:
    ((may,),) = prepared.rows(MAY_CONCERN, {"user": user.pk, "nom": user.nom, "day": on})
    if not may:
        return Received(Delegation.objects.none(), Delegation.objects.none())
    lent = Delegation.objects.received_in_force(user, on=on).select_related("delegant")
    awaiting = Delegation.objects.awaiting(user, on=on).select_related("delegant")
    return Received(lent.order_by("delegant__nom", "delegant__prenom", "pk"), awaiting)
