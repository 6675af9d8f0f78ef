"""All of the ROR is made ready first, for hours: the wait is a row, and no worker's (ANN-7, docs/adr/0074).

Killed anywhere, whoever comes next goes on from the row.
"""

from datetime import datetime, timedelta

from django.db import transaction

from annuaire import policies
from annuaire.actions.alone import alone
from annuaire.actions.releves import (
    LOCK,
    WAITS,
    Backwards,
    Busy,
    begun,
    end,
    nobody_else,
    proceed_ror,
    receive,
    received,
    refuse,
    since,
    take,
)
from annuaire.models import Releve
from annuaire.ror.refus import Refused
from annuaire.ror.sources import Source
from annuaire.ror.transport import TOO_LONG, pause
from journal.models import record
from viatraj.core.actor import Actor
from viatraj.core.saving import act, locked, save_valid

MOST_ASKED = 3  # exports of one run: each is work for the ROR


def sync_ror(source: Source, *, full: bool, accept_loss: bool = False, now: datetime, by: Actor) -> Releve:
    """Goes on with a run that is being written, then begins one; `Refused` leaves its reason among them.

    One that waits for the ROR comes back waiting: `look_ror` goes on with it.
    """
    policies.feed(by)
    proceed_ror(now=now, by=by)
    depuis = None if full else since()
    known = {"accept_loss": accept_loss, "now": now, "by": by}
    try:
        if depuis is None and source.exports:
            releve = act(expect, source, **known)
            return look_ror(source, now=now, by=by) or releve
        if Releve.objects.filter(etat=Releve.Etat.ATTENTE).exists():
            raise Busy(WAITS)
        releve = act(receive, source, depuis=depuis, **known)
    except Busy:
        raise
    except Backwards:
        return sync_ror(source, full=True, **known)
    except Refused as error:
        act(refuse, source, full=full, reason=str(error), now=now, by=by)
        raise
    proceed_ror(now=now, by=by)
    releve.refresh_from_db()
    return releve


def look_ror(source: Source, *, now: datetime, by: Actor) -> Releve | None:
    """The run that waits, one step further: asked for, looked at, received, written, or refused.

    None when none waits for this ROR, or when it is too early to look.
    """
    policies.feed(by)
    releve = Releve.objects.filter(etat=Releve.Etat.ATTENTE).first()
    if releve is None or not (_is_due(releve, source, now) or now >= releve.expire_le):
        return None
    try:
        if now >= releve.expire_le:
            raise Refused(TOO_LONG)
        if not releve.export:
            releve = act(order, releve, source, now=now, by=by)
        releve = act(look, releve, source, now=now, by=by)
    except Busy:
        raise
    except Refused as error:
        return act(put_off, releve, error, now=now, by=by)
    if releve.etat == Releve.Etat.EN_COURS:
        source.forget(releve.export)
        proceed_ror(now=now, by=by)
        releve.refresh_from_db()
    return releve


@transaction.atomic
def expect(source: Source, *, accept_loss: bool = False, now: datetime, by: Actor) -> Releve:
    """A run that waits for its export; one that waits already for the same ROR is taken up."""
    policies.feed(by)
    alone(LOCK, Busy)
    waiting = Releve.objects.filter(etat=Releve.Etat.ATTENTE, source=str(source)[:200]).first()
    if waiting is not None:
        return waiting
    nobody_else()
    releve = begun(source, genre=Releve.Genre.COMPLET, now=now, by=by)
    releve.etat, releve.garde_levee = Releve.Etat.ATTENTE, accept_loss
    releve.regarder_le, releve.expire_le = now, now + timedelta(hours=source.heures)
    releve = save_valid(releve)
    record("ror.awaited", by=by, target=releve, accept_loss=accept_loss)
    return releve


@transaction.atomic
def order(releve: Releve, source: Source, *, now: datetime, by: Actor) -> Releve:
    """Asks for the export. Killed before its address is kept, it is asked for again."""
    policies.feed(by)
    alone(LOCK, Busy)
    place = source.order()
    releve = _as_it_was(releve)
    releve.export, releve.demandes, releve.regarder_le = place, releve.demandes + 1, now
    releve = save_valid(releve)
    record("ror.asked", by=by, target=releve, demandes=releve.demandes)
    return releve


@transaction.atomic
def look(releve: Releve, source: Source, *, now: datetime, by: Actor) -> Releve:
    """Received when it is ready, else a later look. While the ROR answers, no table has been touched."""
    policies.feed(by)
    alone(LOCK, Busy)
    seconds = source.look(releve.export, count=releve.regards + 1)
    releve = _as_it_was(releve)
    if not seconds:
        releve = take(releve, source, accept_loss=releve.garde_levee)
        record("ror.received", by=by, target=releve, **received(releve))
        return releve
    return _later(releve, now + timedelta(seconds=seconds))


@transaction.atomic
def put_off(releve: Releve, error: Refused, *, now: datetime, by: Actor) -> Releve:
    """What passes is looked at again, what is lost is asked for again; all else ends the run."""
    policies.feed(by)
    releve = locked(releve)
    if releve.etat != Releve.Etat.ATTENTE:
        return releve
    if error.lost:
        releve.export = ""
    if not error.passing or (error.lost and releve.demandes >= MOST_ASKED):
        return end(releve, reason=str(error), now=now, by=by)
    try:
        return _later(releve, now + timedelta(seconds=max(error.after, pause(releve.regards + 1))))
    except Refused:
        return end(releve, reason=str(error), now=now, by=by)


def _later(releve: Releve, moment: datetime) -> Releve:
    if moment >= releve.expire_le:
        raise Refused(TOO_LONG)
    releve.regards, releve.regarder_le = releve.regards + 1, moment
    return save_valid(releve)


def _is_due(releve: Releve, source: Source, now: datetime) -> bool:
    return releve.source == str(source)[:200] and releve.regarder_le <= now


def _as_it_was(releve: Releve) -> Releve:
    """Locked; another worker may have been here between our reading and our turn."""
    fresh = locked(releve)
    known = ("etat", "export", "regards", "demandes")
    if any(getattr(fresh, name) != getattr(releve, name) for name in known):
        raise Busy(WAITS)
    return fresh
