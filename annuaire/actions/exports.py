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
    ask_source,
    begun,
    end,
    ended,
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

NOBODY_WAITS = "Aucun relevé n’attend le ROR\u00a0: il n’y a rien à abandonner."
LOOKS = "Le ROR répond en ce moment à un relevé\u00a0: réessayez dans quelques minutes."
REPLACED = "Un relevé complet l’a remplacé."
ABANDONED = "Abandonné par l’exploitation."
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
        waiting = _waits(depuis)
        if waiting is not None or (depuis is None and source.exports):
            releve = act(expect, source, depuis=depuis, **known)
            return look_ror(source, now=now, by=by) or releve
        releve = act(receive, source, depuis=depuis, **known)
    except Busy:
        raise
    except Backwards:
        return sync_ror(source, full=True, **known)
    except Refused as error:
        if depuis and error.after:
            return act(expect, source, depuis=depuis, after=error.after, **known)
        act(refuse, source, full=full, reason=str(error), now=now, by=by)
        raise
    proceed_ror(now=now, by=by)
    releve.refresh_from_db()
    return releve


def _waits(depuis: datetime | None) -> Releve | None:
    """The delta that waits, when one is asked for; beside a whole run that waits no delta begins."""
    waiting = Releve.objects.filter(etat=Releve.Etat.ATTENTE).first()
    if depuis is None or waiting is None:
        return None
    if waiting.is_complete:
        raise Busy(WAITS)
    return waiting


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
        if releve.is_complete and not releve.export:
            releve = act(order, releve, source, now=now, by=by)
        releve = act(look if releve.is_complete else ask_again, releve, source, now=now, by=by)
    except Busy:
        raise
    except Refused as error:
        return act(put_off, releve, error, now=now, by=by)
    if releve.etat == Releve.Etat.EN_COURS:
        if releve.export:
            source.forget(releve.export)
        proceed_ror(now=now, by=by)
        releve.refresh_from_db()
    return releve


@transaction.atomic
def expect(
    source: Source,
    *,
    depuis: datetime | None = None,
    after: float = 0,
    accept_loss: bool = False,
    now: datetime,
    by: Actor,
) -> Releve:
    """A run that waits for the ROR; one that waits already for the same is taken up.

    Of what has changed since `depuis` the ROR said to ask in `after` seconds. A whole run takes the place of
    such a one: it brings all that it would have.
    """
    policies.feed(by)
    alone(LOCK, Busy)
    waiting = Releve.objects.filter(etat=Releve.Etat.ATTENTE, source=str(source)[:200]).first()
    if waiting is not None and waiting.is_complete == (depuis is None):
        return waiting
    if waiting is not None and not waiting.is_complete:
        end(locked(waiting), reason=REPLACED, now=now, by=by)
    nobody_else()
    genre = Releve.Genre.DELTA if depuis else Releve.Genre.COMPLET
    releve = begun(source, genre=genre, now=now, by=by)
    releve.etat, releve.garde_levee, releve.depuis = Releve.Etat.ATTENTE, accept_loss, depuis
    releve.regarder_le = now + timedelta(seconds=after)
    releve.expire_le = max(now + timedelta(hours=source.heures), releve.regarder_le)
    releve = save_valid(releve)
    record("ror.awaited", by=by, target=releve, accept_loss=accept_loss)
    return releve


@transaction.atomic
def abandon_ror(source: Source | None, *, now: datetime, by: Actor) -> Releve:
    """By an operator: nobody waits any more for what the ROR makes ready; the next run begins anew.

    `source`: who is told so, if it is the one that was asked.
    """
    policies.feed(by)
    alone(LOCK, Busy, LOOKS)
    releve = Releve.objects.filter(etat=Releve.Etat.ATTENTE).first()
    if releve is None:
        nobody_else()
        raise Refused(NOBODY_WAITS)
    releve = ended(locked(releve), reason=ABANDONED, now=now)
    record("ror.abandoned", by=by, target=releve, genre=releve.genre)
    if source is not None and releve.export and releve.source == str(source)[:200]:
        transaction.on_commit(lambda: source.forget(releve.export))
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
        releve = take(releve, source, accept_loss=releve.garde_levee, now=now)
        record("ror.received", by=by, target=releve, **received(releve))
        return releve
    return _later(releve, now + timedelta(seconds=seconds))


@transaction.atomic
def ask_again(releve: Releve, source: Source, *, now: datetime, by: Actor) -> Releve:
    """What has changed, once the ROR lets itself be asked; no other run has come between."""
    policies.feed(by)
    alone(LOCK, Busy)
    ask_source(source, releve.depuis, now=now)
    releve = take(_as_it_was(releve), source, accept_loss=releve.garde_levee, now=now)
    record("ror.received", by=by, target=releve, **received(releve))
    return releve


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
    except Refused as late:
        return end(releve, reason=str(late if error.after else error), now=now, by=by)


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
