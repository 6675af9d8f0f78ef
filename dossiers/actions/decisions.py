"""What somebody decides of a dossier, and what time does to it (DOS-3).

A Grand Âge dossier in which nothing has moved for six months is recalled to its author, once; two months
later it is archived. Each run deals with all that is due, whatever runs were missed: nothing is archived
unless its author was told.
"""

from datetime import date, datetime

from django.conf import settings
from django.db import transaction

from dossiers import attaches, emails, policies
from dossiers.models import Decision, Dossier, Motif
from dossiers.reads import echeances
from journal.models import record
from viatraj.core.actor import Actor
from viatraj.core.periods import add_months
from viatraj.core.saving import by_slices, locked, save_valid


@transaction.atomic
def suspend(dossier: Dossier, *, now: datetime, by: Actor) -> Dossier:
    """The person wants to wait."""
    dossier = locked(dossier)
    by = policies.suspend(by, dossier)
    return _decide(dossier, Decision.SUSPENDU, now=now, by=by)


@transaction.atomic
def cancel(dossier: Dossier, *, motif: str, now: datetime, by: Actor) -> Dossier:
    dossier = locked(dossier)
    by = policies.cancel(by, dossier)
    return _decide(dossier, Decision.ANNULE, motif=motif, now=now, by=by)


@transaction.atomic
def resume(dossier: Dossier, *, now: datetime, by: Actor) -> Dossier:
    """What was suspended, or cancelled, goes on."""
    dossier = locked(dossier)
    by = policies.resume(by, dossier)
    return _decide(dossier, "", now=now, by=by)


def _decide(dossier, decision, *, motif="", now, by) -> Dossier:
    """Decided twice is decided once."""
    if (dossier.decision, dossier.motif) == (decision, motif):
        return dossier
    before = dossier.get_decision_display()
    dossier.decision, dossier.motif = decision, motif
    dossier.decided_at, dossier.decided_by = (now, by.user) if decision else (None, None)
    dossier.version += 1
    save_valid(dossier)
    if decision:
        said = {"decision": dossier.get_decision_display(), "motif": dossier.get_motif_display()}
        record("dossier.decided", by=by, target=dossier, **said)
    else:
        record("dossier.resumed", by=by, target=dossier, avant=before)
    attaches.follow([dossier], now=now, by=by)
    return dossier


def end_by_death(dossier: Dossier, *, now: datetime, by: Actor) -> Dossier:
    """Part of what answers for a signalled death, or finds that nobody has; the dossier is held."""
    return _decide(dossier, Decision.ANNULE, motif=Motif.DECES, now=now, by=by)


def remind_unchanged(*, today: date, now: datetime, by: Actor) -> int:
    """To the author of each, once until it moves again; returns how many."""
    policies.system(by)

    def tell(rows):
        for dossier in rows:
            dossier.reminded_at = now
            save_valid(dossier)
            emails.unchanged(dossier, until=add_months(today, settings.DOSSIER_ARCHIVE_MONTHS))
            record("dossier.reminded", by=by, target=dossier)

    due = echeances.to_remind(add_months(today, -settings.DOSSIER_UNCHANGED_MONTHS))
    return by_slices(due, tell)


def archive_unchanged(*, today: date, now: datetime, by: Actor) -> int:
    """Those that nothing has moved since their author was told; returns how many."""
    policies.system(by)

    def put_away(rows):
        for dossier in rows:
            dossier.decision, dossier.decided_at = Decision.ARCHIVE, now
            dossier.version += 1
            save_valid(dossier)
            record("dossier.archived", by=by, target=dossier)
        attaches.follow(rows, now=now, by=by)

    due = echeances.to_archive(add_months(today, -settings.DOSSIER_ARCHIVE_MONTHS))
    return by_slices(due, put_away)
