"""What is said of a notification: opened, its status in the ESMS, in one of its units (docs/adr/0071)."""

from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from annuaire.models import Lieu, Unite
from demandes import policies
from demandes.actions import alertes, passages
from demandes.actions.passages import Pas
from demandes.handicap.motifs import MODES, MOTIFS, MOTIVES
from demandes.handicap.statuts import (
    NON_LUES,
    PASSAGES,
    PASSAGES_UNITE,
    Cote,
    Passage,
    Statut,
    StatutUnite,
    refusal,
)
from demandes.models import Notification
from demandes.reads import esms
from journal.models import record
from viatraj.core.actor import Actor
from viatraj.core.droits import Niveau
from viatraj.core.policies import can
from viatraj.core.saving import Stale
from viatraj.core.typography import short_day

CANCELLED = "La décision est annulée\u00a0: la MDPH doit d’abord la rétablir."
CLOSED = "Cette structure est fermée\u00a0: la notification n’y change plus de statut."
NO_MOTIF = "Choisissez un motif de la liste."


class Moved(Stale):
    """What is answered is what was shown."""

    sentence = (
        "La notification a changé depuis l’affichage de cette page\u00a0: relisez-la avant de recommencer."
    )


@transaction.atomic
def change_statut(
    notification: Notification,
    *,
    statut: str,
    date: date | None,
    now: datetime,
    by: Actor,
    motif: str = "",
    version: int | None = None,
) -> Notification:
    """`statut`: the code of a row of the table, of the ESMS or of the MDPH. Done twice is done once."""
    _, known = passages.hold(notification.decision)
    notification = known[notification.pk]
    passage = PASSAGES.get(statut)
    if passage is None or passage.of_decision or statut == Statut.LUE:
        raise ValidationError({"statut": "Choisissez un statut de la liste."})
    by = policies.change_notification(by, notification, passage)
    if _is_done(notification, (passage.code, Niveau.ETABLISSEMENT, motif, date), by):
        return notification
    _check(notification, passage, notification.statut, version)
    day = _said_day(date, notification, now)
    passages.put(notification, Pas(passage, _said_motif(passage, motif), day), now=now, by=by)
    return notification


@transaction.atomic
def change_unite(  # noqa: PLR0913
    notification: Notification,
    *,
    unite: Unite | None,
    statut: str,
    mode: str,
    date: date | None,
    now: datetime,
    by: Actor,
    motif: str = "",
    version: int | None = None,
) -> Notification:
    """The unit that takes the person in, and the status there; the notification then lies in that unit."""
    _, known = passages.hold(notification.decision)
    notification = known[notification.pk]
    passage = PASSAGES_UNITE.get(statut)
    if passage is None:
        raise ValidationError({"statut": "Choisissez un statut de la liste."})
    by = policies.change_notification(by, notification, passage)
    if unite is None or not esms.unites(notification, by).filter(pk=unite.pk).exists():
        raise ValidationError({"unite": "Choisissez une unité de la liste."})
    is_there = notification.unite_id == unite.pk
    said = (passage.code, Niveau.UNITE, motif, date)
    if is_there and notification.mode == mode and _is_done(notification, said, by):
        return notification
    if notification.is_closed:
        raise ValidationError("La notification est close\u00a0: plus rien ne change dans l’unité.")
    _check(notification, passage, notification.statut_unite if is_there else "", version)
    if mode not in MODES:
        raise ValidationError({"mode": "Choisissez un mode de prise en charge de la liste."})
    day = _said_day(date, notification, now)
    lieu = Lieu.of(unite)
    notification.niveau = lieu.niveau
    for column, value in lieu.columns.items():
        setattr(notification, column, value)
    notification.mode = mode
    pas = Pas(passage, _said_motif(passage, motif), day, Niveau.UNITE)
    passages.put(notification, pas, now=now, by=by, before=notification.statut_unite if is_there else "")
    return notification


@transaction.atomic
def read_notification(notification: Notification, *, opens: bool, now: datetime, by: Actor) -> Notification:
    """Each display leaves a line (DOS-5). `opens`: it is looked at by a person, who may be the first."""
    known = policies.read_notification(by, notification)
    lieu = str(notification.lieu)
    record("notification.read", by=known, target=notification, label=notification.decision.numero, lieu=lieu)
    is_new = opens and notification.statut in NON_LUES
    if is_new and can(policies.receive_notification, by, notification):
        notification = open_notification(notification, now=now, by=by)
    if opens:
        alertes.note_seen(now, by, notification=notification)
    return notification


@transaction.atomic
def open_notification(notification: Notification, *, now: datetime, by: Actor) -> Notification:
    """The first to come opens it, once; whoever comes at the same time finds it open."""
    _, known = passages.hold(notification.decision)
    notification = known[notification.pk]
    by = policies.receive_notification(by, notification)
    if notification.statut in NON_LUES:
        notification.lue_at, notification.lue_par = now, by.user
        passages.put(notification, Pas(PASSAGES[Statut.LUE], "", timezone.localdate(now)), now=now, by=by)
    return notification


def _is_done(notification: Notification, said: tuple[str, str, str, date | None], by: Actor) -> bool:
    """By whoever repeats it: the last step is his, and says the same."""
    steps = notification.etapes.order_by("-version").values_list("code", "niveau", "motif", "date", "par")
    return steps.first() == (*said, by.user and by.user.pk)


def _check(notification: Notification, passage: Passage, statut: str, version: int | None) -> None:
    if notification.decision.annulee_at:
        raise ValidationError(CANCELLED)
    if passage.cote == Cote.ESMS and notification.lieu.is_closed:
        raise ValidationError(CLOSED)
    if version is not None and notification.version != version:
        raise Moved(notification)
    if why := refusal(statut, passage):
        raise ValidationError({"statut": why})


def _said_motif(passage: Passage, motif: str) -> str:
    known = MOTIFS.get(passage.code, ())
    if motif and motif not in known:
        raise ValidationError({"motif": "Ce motif n’est pas de ceux du statut choisi."})
    if not motif and passage.after in MOTIVES and not isinstance(passage.after, StatutUnite):
        raise ValidationError({"motif": NO_MOTIF})
    return motif


def _said_day(day: date | None, notification: Notification, now: datetime) -> date:
    """Between the day of the notification and today."""
    if day is None:
        raise ValidationError({"date": "Indiquez la date du statut."})
    if day > timezone.localdate(now):
        raise ValidationError(
            {"date": "Cette date est à venir\u00a0: un statut se dit le jour même ou après."}
        )
    sent = timezone.localdate(notification.sent_at)
    if day < sent:
        raise ValidationError({"date": f"Cette date précède la notification, envoyée le {short_day(sent)}."})
    return day
