"""Runs of the ROR: received whole or refused, written an établissement at a time, told (ANN-1, ANN-7).

Killed anywhere, the next goes on from its rows.
"""

from datetime import datetime

from django.conf import settings
from django.db import transaction

from annuaire import attaches, policies
from annuaire.actions.alone import alone
from annuaire.actions.arrivages import write_next
from annuaire.loading import ror as loading
from annuaire.models import Arrivage, Etablissement, Region, Releve
from annuaire.reads.receptions import Reception
from annuaire.ror import mapping
from annuaire.ror.refus import Refused
from annuaire.ror.sites import Index
from annuaire.ror.sources import Source
from journal.models import record
from viatraj.core.actor import Actor
from viatraj.core.saving import act, locked, save_valid

LOCK = 0x524F52  # «ROR»: one reception at a time, on whatever machine


class Busy(Refused):
    """Another one is at it; this one has not begun."""


def sync_ror(source: Source, *, full: bool, accept_loss: bool = False, now: datetime, by: Actor) -> Releve:
    """Goes on with a run that waits, then begins one; `Refused` leaves its reason among the runs."""
    policies.feed(by)
    proceed_ror(now=now, by=by)
    depuis = None if full else _since()
    try:
        releve = act(receive, source, depuis=depuis, accept_loss=accept_loss, now=now, by=by)
    except Busy:
        raise
    except Refused as error:
        act(refuse, source, full=full, reason=str(error), now=now, by=by)
        raise
    proceed_ror(now=now, by=by)
    releve.refresh_from_db()
    return releve


def proceed_ror(*, now: datetime, by: Actor) -> bool:
    """What has been received, an établissement at a time; workers share them. False: nothing waits."""
    policies.feed(by)
    releve = Releve.objects.filter(etat=Releve.Etat.EN_COURS).first()
    if releve is None:
        return False
    while act(write_next, releve, now=now, by=by):
        pass
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
    source.ask(depuis, now=now)
    if Releve.objects.filter(etat=Releve.Etat.EN_COURS).exists():
        raise Refused("Un relevé du ROR est en cours d’écriture\u00a0: il se termine d’abord.")
    done = _done()
    releve = Releve(
        genre=Releve.Genre.DELTA if depuis else Releve.Genre.COMPLET,
        etat=Releve.Etat.EN_COURS,
        source=str(source)[:200],
        profil=source.niveau,
        depuis=depuis,
        commence_le=now,
        by=str(by)[:100],
    )
    index = Index(f"{mapping.VERSION}:{source.niveau}")
    loading.arrive(source.resources(), index)
    releve.horloge = source.horloge
    reception = Reception(
        releve,
        index,
        loading.known(),
        loading.regions(),
        loading.known_codes(),
        limit=settings.ROR_ABSENCES,
    )
    if not accept_loss:
        reception.guard(done.filter(genre=Releve.Genre.COMPLET).first())
    releve.bilan = reception.bilan(done.first())
    releve = save_valid(releve)
    loading.spread(releve, reception.wanted(), reception.absents)
    record(
        "ror.received",
        by=by,
        target=releve,
        accept_loss=accept_loss,
        genre=releve.genre,
        recu=releve.bilan["recu"],
    )
    return releve


@transaction.atomic
def preview_ror(source: Source, *, full: bool, accept_loss: bool = False, now: datetime, by: Actor) -> dict:
    """What a run would bring, as its `bilan` says it; nothing is kept of it."""
    depuis = None if full else _since()
    bilan = receive(source, depuis=depuis, accept_loss=accept_loss, now=now, by=by).bilan
    transaction.set_rollback(True)
    return bilan


@transaction.atomic
def refuse(source: Source, *, full: bool, reason: str, now: datetime, by: Actor) -> Releve:
    """What a run would not take, and why; it stays in the list of runs."""
    policies.feed(by)
    releve = save_valid(
        Releve(
            genre=Releve.Genre.COMPLET if full else Releve.Genre.DELTA,
            etat=Releve.Etat.REFUSE,
            source=str(source)[:200],
            profil=source.niveau,
            commence_le=now,
            fini_le=now,
            refus=reason[:500],
            by=str(by)[:100],
        )
    )
    record("ror.refused", by=by, target=releve, refus=reason[:500])
    return releve


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


def _since() -> datetime | None:
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
