"""People are told of what concerns them (DOS-6, HAB-8): once, and by the rights that they have by then.

A step leaves a `Fait`. What follows is done by slices, each one transaction: killed and run again, it tells
nobody twice. Who is concerned is asked when he is told, again when a mail is written, and when it leaves.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, time, timedelta
from itertools import groupby
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from courrier.models import Message
from demandes import emails, policies
from demandes.alertes import UPDATED, Envoi, Evenement, annonces
from demandes.calendrier import PARIS
from demandes.etats import RECUS
from demandes.models import Alerte, Demande, Fait, Notification, Preference
from demandes.reads import interesses
from dossiers.models import Dossier
from journal.models import record
from viatraj.core.actor import Actor
from viatraj.core.saving import by_slices, save_valid, update_unheld
from viatraj.core.turns import Turn, wait_for

SLICE = 200


def note_step(demande: Demande, verbe: str, *, now: datetime, by: Actor) -> None:
    """Part of every verb; of what was never sent nobody has anything to be told."""
    if demande.sent_at:
        _note(demande=demande, verbe=verbe, etat=demande.etat, at=now, par=by.user)


def note_dossier(dossier: Dossier, verbe: str, now: datetime, by: Actor) -> None:
    """Part of writing a dossier: who asks with its author; whoever has received it, and has not settled it,
    reads again what has changed."""
    _note(dossier=dossier, verbe=verbe, at=now, par=by.user)
    if verbe == UPDATED:
        for demande in dossier.demandes.filter(etat__in=RECUS).order_by("pk"):
            note_step(demande, verbe, now=now, by=by)


def note_statut(notification: Notification, verbe: str, *, now: datetime, by: Actor) -> None:
    """Part of every passage: `verbe`, its code."""
    _note(notification=notification, verbe=verbe, at=now, par=by.user)


def _note(**said: Any) -> None:
    fait = Fait(**said)
    if annonces(fait.genre, fait.verbe, fait.etat):
        fait.save(force_insert=True)


def tell_facts(*, now: datetime, by: Actor) -> int:
    """Returns how many facts were told of."""
    policies.follow(by)

    def tell(faits: Sequence[Fait]) -> None:
        told: set[tuple] = set()
        rows = [alerte for fait in faits for alerte in _alertes(fait, now, told)]
        Alerte.objects.bulk_create(rows, ignore_conflicts=True)
        Fait.objects.filter(pk__in=[one.pk for one in faits]).order_by("pk").delete()
        record("demande.told", by=by, count=len(rows))

    known = ("demande__dossier", "demande__coordination", "dossier", "notification__decision")
    return by_slices(Fait.objects.select_related(*known), tell)


def _alertes(fait: Fait, now: datetime, told: set[tuple]) -> Iterable[Alerte]:
    """Of one's own act one is told nothing; that a dossier has changed, once until one has read it."""
    on, about = timezone.localdate(now), fait.about
    unread = Alerte.objects.unread().filter(verbe=UPDATED, **about) if fait.verbe == UPDATED else ()
    known = {fait.par_id, *(one.user_id for one in unread)}
    for annonce in annonces(fait.genre, fait.verbe, fait.etat):
        for one in interesses.of(fait.sujet, annonce.cote, on=on):
            once = (one.user.pk, *about.values(), fait.verbe if fait.verbe == UPDATED else fait.pk)
            if one.user.pk not in known and once not in told:
                told.add(once)
                yield Alerte(
                    user=one.user,
                    **about,
                    verbe=fait.verbe,
                    cote=annonce.cote,
                    evenement=annonce.evenement,
                    phrase=annonce.phrase,
                    at=fait.at,
                    envoi=one.envoi(annonce.evenement),
                )


def send_alertes(*, now: datetime, by: Actor) -> int:
    """One mail a person and a dossier, ten minutes after the last one at the soonest. Returns how many."""
    policies.follow(by)

    def post(rows: Sequence[Alerte]) -> int:
        recent = Alerte.objects.filter(
            user__in={one.user_id for one in rows},
            envoyee_at__gt=now - settings.ALERTE_EVERY,
            envoi=Envoi.IMMEDIAT,
        )
        told = {(one.user_id, one.fil) for one in recent.with_sujet()}
        left = [one for one in rows if (one.user_id, one.fil) not in told]
        return _posted(left, lambda one: (one.user_id, one.fil), now=now)

    return _by_people(Envoi.IMMEDIAT, post, now=now, by=by)


def send_recaps(*, now: datetime, by: Actor) -> int:
    """Of what had happened by eight o'clock in Paris, once a day; late if nothing ran then."""
    policies.follow(by)
    since = morning(now)

    def post(rows: Sequence[Alerte]) -> int:
        people = {one.user_id for one in rows}
        today = Alerte.objects.filter(user__in=people, envoyee_at__gte=since, envoi=Envoi.QUOTIDIEN)
        told = set(today.values_list("user", flat=True))
        left = [one for one in rows if one.at < since and one.user_id not in told]
        return _posted(left, lambda one: one.user_id, now=now)

    return _by_people(Envoi.QUOTIDIEN, post, now=now, by=by)


def morning(now: datetime) -> datetime:
    """The last eight o'clock in Paris, whatever the clocks have done that night."""
    there = now.astimezone(PARIS)
    today = datetime.combine(there.date(), time(settings.ALERTE_RECAP_HOUR), tzinfo=PARIS)
    yesterday = there.date() - timedelta(days=1)
    return today if today <= now else datetime.combine(yesterday, today.timetz())


def _by_people(envoi: Envoi, post: Callable[[Sequence[Alerte]], int], *, now: datetime, by: Actor) -> int:
    """All that waits of few people, in one transaction; two runs at once come one after the other."""
    sent, last = 0, 0
    while people := _waiting(envoi, last):
        last = people[-1]
        with transaction.atomic():
            wait_for(Turn.ALERTES)
            waiting = Alerte.objects.to_send(envoi).filter(user__in=people)
            rows = waiting.with_sujet().select_related("user").order_by("pk")
            written = post(list(rows.select_for_update(of=("self",), no_key=True)))
            if written:
                record("demande.mailed", by=by, count=written)
        sent += written
    return sent


def _waiting(envoi: Envoi, after: int) -> list[int]:
    """Those of whom so many alerts wait: as few as one, if he has them all."""
    waiting = Alerte.objects.to_send(envoi).filter(user__gt=after)
    return list(dict.fromkeys(waiting.order_by("user").values_list("user", flat=True)[:SLICE]))


def _posted(rows: Sequence[Alerte], key: Callable, *, now: datetime) -> int:
    """Whoever is no more concerned, or wants it otherwise by now, gets no mail of it."""
    posted = 0
    for _, group in groupby(sorted(rows, key=lambda one: (str(key(one)), one.pk)), key):
        alertes = list(group)
        user, envoi = alertes[0].user, alertes[0].envoi
        for one in alertes:
            one.envoi = interesses.envoi(one, on=timezone.localdate(now))
        kept = [one for one in alertes if one.envoi == envoi and user.email]
        for one in kept:
            one.envoyee_at = now
        posted += bool(kept) and emails.told(user, kept, now=now)
        Alerte.objects.bulk_update(alertes, ["envoi", "envoyee_at"])
    return posted


def may_leave(message: Message, now: datetime) -> bool:
    """Asked by the sender: of what the letter tells, all that concerns its reader no more is left out."""
    latest = Alerte.objects.with_sujet().filter(pk=message.key.rpartition(":")[2]).first()
    if latest is None:
        return False
    told = Alerte.objects.filter(user=latest.user_id, envoyee_at=latest.envoyee_at, envoi=latest.envoi)
    if latest.envoi == Envoi.IMMEDIAT:
        told = told.about([latest.fil])
    rows = list(told.with_sujet().select_related("user").order_by("pk"))
    on = timezone.localdate(now)
    kept = [one for one in rows if interesses.envoi(one, on=on) != Envoi.AUCUN]
    if kept and len(kept) < len(rows):
        emails.told_less(message, kept[0].user, kept)
    return bool(kept)


def note_seen(now: datetime, by: Actor, **sujet: Demande | Dossier | Notification) -> None:
    """Part of reading what an alert leads to."""
    update_unheld(Alerte.objects.unread().filter(user=by.user, **sujet), lue_at=now)


def note_dossier_seen(dossier: Dossier, now: datetime, by: Actor) -> None:
    """As `dossiers.attaches` calls it."""
    note_seen(now, by, dossier=dossier)


@transaction.atomic
def mark_read(*, now: datetime, by: Actor) -> None:
    """All of one's own."""
    policies.own_alertes(by)
    if update_unheld(Alerte.objects.unread().filter(user=by.user), lue_at=now):
        record("demande.alertes_read", by=by)


@transaction.atomic
def choose(*, choix: Mapping[str, Mapping[Evenement, Envoi]], now: datetime, by: Actor) -> None:
    """Of each of one's habilitations, délégations, and of one's own space, by its key."""
    policies.own_alertes(by)
    own = interesses.owners(by.user, on=timezone.localdate(now))
    for one in own:
        if one.cle in choix:
            said = "".join(choix[one.cle][evenement] for evenement in Evenement)
            held = Preference.objects.select_for_update(no_key=True).order_by("pk")
            row = held.filter(**one.owner).first() or Preference(**one.owner)
            row.choix = said
            save_valid(row)
    record("demande.alertes_chosen", by=by)


def purge_alertes(*, now: datetime, by: Actor) -> int:
    """Read or not, after ninety days. Returns how many."""
    policies.follow(by)

    def erase(rows: Sequence[Alerte]) -> None:
        Alerte.objects.filter(pk__in=[one.pk for one in rows]).order_by("pk").delete()
        record("demande.alertes_purged", by=by, count=len(rows))

    old = Alerte.objects.filter(at__lt=now - timedelta(days=settings.ALERTE_KEPT_DAYS))
    return by_slices(old, erase)
