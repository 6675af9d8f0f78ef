"""A row of the table is applied: the only writer of a notification’s statuses (docs/adr/0071).

The decision is held first: what its MDPH does to all of them, and what an ESMS does to one, come one after
the other.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from annuaire.models import Lieu
from demandes.actions import alertes
from demandes.alertes import TAKEN
from demandes.handicap.statuts import PRIS, UNITE_PRISE, Cote, Geste, Passage, Statut
from demandes.models import Decision, EtapeNotification, Notification
from journal.models import record
from viatraj.core.actor import Actor
from viatraj.core.droits import Niveau
from viatraj.core.saving import locked, save_valid

ENVOI = Passage(Statut.ENVOYEE.value, Cote.MDPH, None, frozenset(), Statut.ENVOYEE)


@dataclass(frozen=True)
class Pas:
    """What is written: a row of the table, with what was said of it."""

    passage: Passage
    motif: str
    date: date
    niveau: Niveau = Niveau.ETABLISSEMENT


def hold(decision: Decision) -> tuple[Decision, dict[int, Notification]]:
    """The decision and all its notifications, locked; part of every verb."""
    decision = locked(decision)
    rows = Notification.objects.with_lieu().filter(decision=decision)
    found = rows.select_for_update(of=("self",), no_key=True).order_by("pk")
    known = {one.pk: one for one in found}
    for one in known.values():
        one.decision = decision
    return decision, known


def begin_notification(decision: Decision, lieu: Lieu, *, now: datetime, by: Actor) -> Notification:
    """Part of notifying: a new row, and its first line."""
    today = timezone.localdate(now)
    row = Notification(
        decision=decision,
        mdph_id=decision.mdph_id,
        niveau=lieu.niveau,
        statut=Statut.ENVOYEE,
        date_statut=today,
        depuis=now,
        sent_at=now,
        **lieu.columns,
    )
    row = save_valid(row)
    note_passage(row, Pas(ENVOI, "", today), "", now=now, by=by)
    return row


def put(
    notification: Notification, pas: Pas, *, now: datetime, by: Actor, before: str | None = None
) -> EtapeNotification:
    """Part of every verb, once it is allowed: the status, its line, and who is told."""
    in_unit = pas.niveau == Niveau.UNITE
    before = notification.statut if before is None else before
    if in_unit:
        _settle_unite(notification, pas)
    else:
        _settle(notification, pas, now)
    notification.version += 1
    save_valid(notification)
    return note_passage(notification, pas, before, now=now, by=by)


def note_passage(
    notification: Notification, pas: Pas, before: str, *, now: datetime, by: Actor, after: str = ""
) -> EtapeNotification:
    """Part of notifying, of closing a unit, and of `put`: the line that is added, and who is told."""
    in_unit = pas.niveau == Niveau.UNITE
    etape = EtapeNotification(
        notification=notification,
        version=notification.version,
        at=now,
        cote=pas.passage.cote,
        niveau=pas.niveau,
        code=pas.passage.code,
        before=before,
        after=after or (notification.statut_unite if in_unit else notification.statut),
        motif=pas.motif,
        date=pas.date,
        lieu_key=notification.lieu.key,
        par=by.user,
        quality=by.quality,
    )
    etape.save(force_insert=True)
    _note(notification, etape, by)
    _tell(notification, etape, now=now, by=by)
    return etape


def leave_unite(notification: Notification) -> None:
    """Part of closing a unit: nothing is said there any more."""
    notification.statut_unite = notification.motif_unite = notification.mode = ""
    notification.date_statut_unite = None


def _settle(notification: Notification, pas: Pas, now: datetime) -> None:
    former, after = notification.statut, pas.passage.after or Statut(notification.avant)
    notification.statut, notification.motif = after, pas.motif
    notification.avant = former if after == Statut.IMPOSSIBLE else ""
    notification.depuis, notification.date_statut = now, pas.date
    if after == Statut.REACTIVEE:
        notification.lue_at = notification.lue_par = None


def _settle_unite(notification: Notification, pas: Pas) -> None:
    notification.statut_unite, notification.motif_unite = pas.passage.code, pas.motif
    notification.date_statut_unite = pas.date


def _note(notification: Notification, etape: EtapeNotification, by: Actor) -> None:
    """No motif, nothing of who the person is."""
    if etape.code == Statut.ENVOYEE:
        _record("notification.sent", notification, by)
    elif etape.code == Statut.LUE:
        _record("notification.opened", notification, by)
    elif etape.code == Geste.REFUSER:
        _record("notification.refused_back", notification, by)
    else:
        _record("notification.changed", notification, by, statut=etape.libelle)


def _record(event: str, notification: Notification, by: Actor, **known: str) -> None:
    label, lieu = notification.decision.numero, str(notification.lieu)
    record(event, by=by, target=notification, label=label, lieu=lieu, **known)


def _tell(notification: Notification, etape: EtapeNotification, *, now: datetime, by: Actor) -> None:
    """The side that did not act; the other ESMS, that somebody takes the person in, and not who."""
    alertes.note_statut(notification, etape.code, now=now, by=by)
    taken = UNITE_PRISE if etape.niveau == Niveau.UNITE else PRIS
    if etape.after in taken and etape.before not in taken:
        for one in notification.decision.notifications.living().exclude(pk=notification.pk).order_by("pk"):
            alertes.note_statut(one, TAKEN, now=now, by=by)
