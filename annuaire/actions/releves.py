"""Runs of the ROR: received whole or refused, written an établissement at a time, told (ANN-1, ANN-7).

Killed anywhere, the next goes on from its rows.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from annuaire import attaches, policies
from annuaire.actions.alone import alone
from annuaire.actions.arrivages import write_next
from annuaire.actions.lots import write_many
from annuaire.actions.synchro import stand_again
from annuaire.loading import ror as loading
from annuaire.models import Arrivage, Etablissement, Region, Releve
from annuaire.reads.receptions import Reception
from annuaire.ror import mapping
from annuaire.ror.refus import Refused
from annuaire.ror.sites import Index
from annuaire.ror.sources import Source
from annuaire.ror.transport import OURS
from journal.models import record
from viatraj.core.actor import Actor
from viatraj.core.saving import act, locked, save_valid
from viatraj.core.turns import Turn

LOCK = Turn.ROR


WAITS = "Un relevé attend déjà le ROR\u00a0: il se termine d’abord."
WRITES = "Un relevé du ROR est en cours d’écriture\u00a0: il se termine d’abord."
BACK = timedelta(minutes=15)  # what a delta asks again covers as much


@contextmanager
def _seldom_collected() -> Iterator[None]:
    """Each lot has thousands of small objects and no cycle: looking for one cost a fifth of a run."""
    before = gc.get_threshold()
    gc.set_threshold(100_000, 20, 50)
    try:
        yield
    finally:
        gc.set_threshold(*before)


class Busy(Refused):
    """Another one is at it; this one has not begun."""


class Backwards(Refused):
    """The server's clock has gone back: what has changed since the last run cannot be asked for."""


@_seldom_collected()
def proceed_ror(*, now: datetime, by: Actor) -> bool:
    """What has been received, an établissement at a time; workers share them. False: nothing waits."""
    policies.feed(by)
    releve = Releve.objects.filter(etat=Releve.Etat.EN_COURS).first()
    if releve is None:
        return False
    after = 0
    while after := act(write_many, releve, after=after, now=now, by=by):
        pass
    while act(write_next, releve, now=now, by=by):
        pass
    for finess in releve.bilan.get("quittes", ()):
        act(stand_again, finess, now=now, by=by)
    act(finish, releve, now=now, by=by)
    return True


@transaction.atomic
def receive(
    source: Source, *, depuis: datetime | None, accept_loss: bool = False, now: datetime, by: Actor
) -> Releve:
    """All that the source says, compared with what we knew; or `Refused`, and nothing has changed.

    Nothing of our sheets is written yet. `depuis`: from when changes are asked for, by the server's own
    clock; all is, without it. `accept_loss` lifts the guards, and the journal says so.

    The ROR may make an export ready for hours. Until it is, the transaction has touched no table, so that it
    holds up neither the seals of the journal nor a vacuum nor a migration.
    """
    policies.feed(by)
    alone(LOCK, Busy)
    ask_source(source, depuis, now=now)
    nobody_else()
    releve = begun(source, genre=Releve.Genre.DELTA if depuis else Releve.Genre.COMPLET, now=now, by=by)
    releve.depuis = depuis
    releve = take(releve, source, accept_loss=accept_loss, now=now)
    record("ror.received", by=by, target=releve, **received(releve))
    return releve


def ask_source(source: Source, depuis: datetime | None, *, now: datetime) -> None:
    """Part of receiving, at once or after a wait."""
    source.ask(depuis, now=now)
    if depuis and source.horloge and source.horloge < depuis - BACK:
        raise Backwards("L’horloge du ROR a reculé.")


def begun(source: Source, *, genre: Releve.Genre, now: datetime, by: Actor) -> Releve:
    """Part of receiving, of awaiting, of refusing: a run's row, not saved yet."""
    return Releve(
        genre=genre,
        source=str(source)[:200],
        profil=source.niveau,
        commence_le=now,
        by=str(by)[:100],
    )


def nobody_else() -> None:
    """Part of beginning a run: one that is being written goes first, and one that waits for its export."""
    etats = set(Releve.objects.filter(fini_le=None).values_list("etat", flat=True))
    if Releve.Etat.ATTENTE in etats:
        raise Busy(WAITS)
    if etats:
        raise Refused(WRITES)


@_seldom_collected()
def take(releve: Releve, source: Source, *, accept_loss: bool, now: datetime) -> Releve:
    """Part of receiving: the resources themselves, guarded, then spread for those who write.

    What the last complete run has read is not read again; nor does a refused one change what is remembered.
    """
    releve.etat, releve.garde_levee = Releve.Etat.EN_COURS, accept_loss
    salt = f"{mapping.VERSION}:{source.niveau}"
    known = loading.remembered() if releve.is_complete else {}
    source.memoire.learn(salt, known)
    index = Index(salt, today=timezone.localdate(now))
    with loading.Arrivee() as arrivee:
        try:
            loading.arrive(arrivee, source.resources(), index)
        except OSError as error:  # what arrives is put down on our disk
            raise Refused(OURS) from error
        releve.horloge = source.horloge
        releve = _guarded(releve, index, arrivee)
        if releve.is_complete:
            loading.remember(arrivee, known)
    return releve


def _guarded(releve: Releve, index: Index, arrivee: loading.Arrivee) -> Releve:
    done = _done()
    reception = Reception(
        releve,
        index,
        loading.known(),
        loading.regions(),
        loading.known_codes(),
        limit=settings.ROR_ABSENCES,
    )
    if not releve.garde_levee:
        reception.guard(done.filter(genre=Releve.Genre.COMPLET).first())
    releve.bilan = reception.bilan(done.first())
    releve = save_valid(releve)
    loading.spread(releve, arrivee.bruts, reception.wanted(), reception.absents)
    return releve


def received(releve: Releve) -> dict:
    """What the journal keeps of it."""
    return {"accept_loss": releve.garde_levee, "genre": releve.genre, "recu": releve.bilan["recu"]}


@transaction.atomic
def preview_ror(source: Source, *, full: bool, accept_loss: bool = False, now: datetime, by: Actor) -> dict:
    """What a run would bring, as its `bilan` says it; nothing is kept of it."""
    depuis = None if full else since()
    bilan = receive(source, depuis=depuis, accept_loss=accept_loss, now=now, by=by).bilan
    transaction.set_rollback(True)
    return bilan


@transaction.atomic
def refuse(source: Source, *, full: bool, reason: str, now: datetime, by: Actor) -> Releve:
    """What a run would not take, and why; it stays in the list of runs."""
    policies.feed(by)
    genre = Releve.Genre.COMPLET if full else Releve.Genre.DELTA
    return end(begun(source, genre=genre, now=now, by=by), reason=reason, now=now, by=by)


def end(releve: Releve, *, reason: str, now: datetime, by: Actor) -> Releve:
    """Part of refusing, and of waiting no longer."""
    releve = ended(releve, reason=reason, now=now)
    record("ror.refused", by=by, target=releve, refus=releve.refus)
    return releve


def ended(releve: Releve, *, reason: str, now: datetime) -> Releve:
    """Part of the same, and of giving up."""
    releve.etat, releve.fini_le, releve.refus = Releve.Etat.REFUSE, now, reason[:500]
    return save_valid(releve)


@transaction.atomic
def finish(releve: Releve, *, now: datetime, by: Actor) -> Releve:
    """Once nothing of it waits; referents are told of what concerns them. Twice is once."""
    policies.feed(by)
    releve = locked(releve)
    waiting = Arrivage.objects.filter(releve=releve, etat=Arrivage.Etat.A_FAIRE)
    if releve.etat != Releve.Etat.EN_COURS or waiting.exists():
        return releve
    releve.etat, releve.fini_le = Releve.Etat.FINI, now
    releve.bilan = {**releve.bilan, **loading.counts(releve)}
    save_valid(releve)
    loading.purge()
    record("ror.finished", by=by, target=releve, genre=releve.genre, **loading.counts(releve))
    for attache in attaches.every():
        if attache.tell_ror:
            attache.tell_ror(releve, _concerned(releve))
    return releve


@transaction.atomic
def switch_ror(*, actif: bool, region: str = "", now: datetime, by: Actor) -> int:
    """Pauses, or resumes, runs in one région or in all. Returns in how many."""
    policies.feed(by)
    rows = Region.objects.exclude(ror_actif=actif)
    if region:
        if not Region.objects.filter(code=region).exists():
            raise Refused(f"Aucune région n’a le code «\u00a0{region}\u00a0».")
        rows = rows.filter(code=region)
    changed = list(rows.select_for_update(of=("self",), no_key=True).order_by("pk"))
    for one in changed:
        one.ror_actif = actif
        save_valid(one)
        record("ror.resumed" if actif else "ror.paused", by=by, target=one, at=now)
    return len(changed)


def _done():
    return Releve.objects.filter(etat=Releve.Etat.FINI).order_by("-pk")


def since() -> datetime | None:
    """The server's clock at the last run that knew it; without any, a delta would be a guess."""
    if not _done().filter(genre=Releve.Genre.COMPLET).exists():
        return None
    known = _done().exclude(horloge=None).first()
    return known.horloge if known else None


def _concerned(releve: Releve) -> list[tuple[Etablissement, dict[str, int]]]:
    """Our établissements of which something awaits somebody, and what."""
    words = ("offres_nouvelles", "offres_deplacees", "natures", "fermetures", "refuses")
    arrivages = Arrivage.objects.filter(releve=releve, bilan__has_any_keys=list(words))
    bilans = dict(arrivages.values_list("finess", "bilan"))
    rows = Etablissement.objects.filter(finess__in=bilans, closed_at=None).select_related("coordination")
    return [
        (one, {word: count for word, count in bilans[one.finess].items() if word in words})
        for one in rows.order_by("pk")
    ]
