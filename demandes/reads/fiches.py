"""A notification as its page tells it: who, what may be done, what has been done, whether somebody else has
taken the person in (DOS-4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from demandes import policies
from demandes.handicap.statuts import (
    PASSAGES_UNITE,
    PRIS,
    UNITE_PRISE,
    Cote,
    Passage,
    Statut,
    passages,
    passages_unite,
)
from demandes.models import Decision, EtapeNotification, Notification
from demandes.reads import esms
from demandes.reads.suivis import Ligne, ligne, lignes
from viatraj.core.actor import Actor
from viatraj.core.policies import can


@dataclass(frozen=True)
class Fiche:
    """`ailleurs`: told to the ESMS, without saying where."""

    ligne: Ligne
    is_mdph: bool
    gestes: list[Passage]
    may_place: bool
    etapes: list[EtapeNotification]
    ailleurs: bool

    @property
    def of_mdph(self) -> list[Passage]:
        return [one for one in self.gestes if one.cote == Cote.MDPH]

    @property
    def is_answering(self) -> bool:
        return any(one.cote == Cote.ESMS for one in self.gestes)


def of(actor: Actor, notification: Notification, *, now: datetime) -> Fiche:
    is_mdph = can(policies.read_decision, actor, notification.decision)
    return Fiche(
        ligne=ligne(notification, Cote.MDPH if is_mdph else Cote.ESMS, now=now),
        is_mdph=is_mdph,
        gestes=gestes(actor, notification),
        may_place=may_place(actor, notification),
        etapes=list(notification.etapes.select_related("par").order_by("-version")),
        ailleurs=not is_mdph and _is_taken(notification),
    )


def gestes(actor: Actor, notification: Notification) -> list[Passage]:
    """What this actor may do of it now, on either side."""
    if notification.decision.annulee_at:
        return []
    found = [one for cote in (Cote.MDPH, Cote.ESMS) for one in passages(notification.statut, cote)]
    closed = notification.lieu.is_closed
    return [
        one
        for one in found
        if not (closed and one.cote == Cote.ESMS)
        and can(policies.change_notification, actor, notification, one)
    ]


def may_place(actor: Actor, notification: Notification) -> bool:
    """Give it to a unit, or say its status there."""
    if notification.decision.annulee_at or notification.is_closed or notification.lieu.is_closed:
        return False
    one = next(iter(PASSAGES_UNITE.values()))
    able = can(policies.change_notification, actor, notification, one)
    return able and esms.unites(notification, actor).exists()


def of_units(notification: Notification, unites: QuerySet) -> list[Passage]:
    """What may be said there: in the unit of the person, what follows; in another, what begins."""
    elsewhere = unites.exclude(pk=notification.unite_id).exists()
    return passages_unite(notification.statut_unite, *([""] if elsewhere else []))


def meant(offered: list[Passage], vers: str) -> list[Passage]:
    """The one act of the MDPH that an address names; else all that may be done."""
    return [one for one in offered if one.code == vers and one.cote == Cote.MDPH] or offered


def title(offered: Sequence[Passage]) -> str:
    """Of its page: one act of the MDPH has its name."""
    alone = len(offered) == 1 and offered[0].cote == Cote.MDPH
    return offered[0].label if alone else "Changer le statut"


def _is_taken(notification: Notification) -> bool:
    taken = Q(statut__in=[one.value for one in Statut if one in PRIS])
    taken |= Q(statut_unite__in=sorted(one.value for one in UNITE_PRISE))
    others = Notification.objects.living().filter(decision=notification.decision_id)
    return others.filter(taken).exclude(pk=notification.pk).exists()


def notified(decision: Decision, *, now: datetime) -> list[Ligne]:
    """To its MDPH: all of them."""
    rows = decision.notifications.select_related("mdph", "etablissement", "unite__etablissement")
    found = list(rows.order_by("pk"))
    for one in found:
        one.decision = decision
    return lignes(found, Cote.MDPH, now=now)
