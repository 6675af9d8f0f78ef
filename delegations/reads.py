"""What homes and menus show of délégations: for whom one may work, what waits or ends soon."""

from datetime import date
from typing import NamedTuple

from django.db.models import Count

from delegations.models import Delegation, DelegationQuerySet
from viatraj.core import prepared
from viatraj.core.expiry import SOON_MONTHS
from viatraj.core.kept import kept
from viatraj.core.periods import add_months

# A quick first test, because most people have received nothing: it may be true too often, never too rarely.
# `received_in_force` and `awaiting` then decide.
MAY_CONCERN = """
    WITH mine AS (
      SELECT idnat, norm_cle(nom) AS nom FROM accounts_identite
      WHERE user_id = %(user)s AND ended_at IS NULL
    ), living AS NOT MATERIALIZED (
      SELECT * FROM delegations_delegation
      WHERE refused_at IS NULL AND renounced_at IS NULL AND expired_at IS NULL AND revoked_at IS NULL
        AND fin >= %(day)s
    )
    SELECT EXISTS (SELECT FROM living WHERE delegataire_id = %(user)s)
      OR EXISTS (SELECT FROM living WHERE delegataire_id IS NULL
        AND nom_cle IN (SELECT nom FROM mine UNION SELECT norm_cle(%(nom)s)))
      OR EXISTS (SELECT FROM living JOIN annuaire_professionnel p ON p.id = professionnel_id
        WHERE delegataire_id IS NULL AND p.idnat IN (SELECT idnat FROM mine))"""

ENDING = """
    SELECT EXISTS (SELECT FROM delegations_delegation
      WHERE delegant_id = %(user)s AND fin BETWEEN %(day)s AND %(last)s AND revoked_at IS NULL)"""


class Received(NamedTuple):
    """`lent`: in force, by the médecin's name; `awaiting`: proposed, to be accepted or refused."""

    lent: DelegationQuerySet
    awaiting: DelegationQuerySet


def may_concern(user, *, on: date) -> prepared.Asked:
    """The quick first test, to be asked with what else the page asks."""
    return MAY_CONCERN, {"user": user.pk, "nom": user.nom, "day": on}


def has_received(user, *, on: date) -> bool:
    """Has «Délégations reçues» something to show: in force, to come, to be answered?"""
    return Delegation.objects.addressed_to(user).current(on).exists()


def received(user, *, on: date) -> Received:
    if not prepared.values({"may": may_concern(user, on=on)})["may"]:
        return Received(Delegation.objects.none(), Delegation.objects.none())
    lent = Delegation.objects.received_in_force(user, on=on).select_related("delegant")
    awaiting = Delegation.objects.awaiting(user, on=on).select_related("delegant")
    return Received(lent.order_by("delegant__nom", "delegant__prenom", "pk"), awaiting)


def lent_until_soon(medecin, *, on: date) -> list[Delegation]:
    """What he lends and that ends within a month, the soonest first."""
    ((some,),) = prepared.rows(ENDING, {"user": medecin.pk, "day": on, "last": add_months(on, SOON_MONTHS)})
    if not some:
        return []
    ending = Delegation.objects.granted_by(medecin).in_force(on).filter(fin__lte=add_months(on, SOON_MONTHS))
    return list(ending.order_by("fin", "pk"))


def granted(actor, *, on: date) -> list[Delegation]:
    """What he lends himself, in force or to come; nothing of it while he acts for somebody."""
    return [] if actor.is_acting else _granted(medecin=actor.user.pk, day=on)


@kept
def _granted(*, medecin, day) -> DelegationQuerySet:
    rows = Delegation.objects.granted_by(medecin).current(day).with_account()
    rows = rows.select_related("professionnel", "delegataire").prefetch_related("droits")
    return rows.order_by("nom", "prenom", "debut", "pk")


def count_received(users, *, on: date) -> dict[int, int]:
    """How many are in force, by account; those without any are left out."""
    held = Delegation.objects.in_force(on).filter(delegataire__in=users).order_by()
    return dict(held.values_list("delegataire").annotate(count=Count("pk")))
