"""The national directory, loaded and refreshed from the ANS’s extraction (ANN-5, ANN-7)."""

import time
from datetime import timedelta

from django.db import transaction

from annuaire import loading, policies, rpps
from annuaire.actions.alone import alone
from annuaire.actions.professionnels import follow
from annuaire.models import ImportRun
from annuaire.rpps import Refused
from journal.models import record
from viatraj.core.turns import Turn

LOCK = Turn.RPPS
FARTHEST_AHEAD = timedelta(days=31)  # a date mistyped far ahead would block later imports


@transaction.atomic
def import_rpps(path, *, now, by, day=None, accept_loss=False) -> ImportRun:
    """Load or refresh the directory from the ANS's extraction (ANN-5, ANN-7); all of it, or `rpps.Refused`.

    `day` replaces the date in the file's name; `accept_loss` lifts the 5 % guard, and the journal says so.
    """
    policies.import_rpps(by)
    started = time.monotonic()
    alone(LOCK, Refused)
    last = ImportRun.objects.order_by("-id").first()
    with rpps.opened(path) as extraction:
        day = _accepted_day(day or extraction.day, last, now)
        same_layout = last is None or last.layout == extraction.layout
        outcome = loading.load(extraction, same_layout=same_layout, accept_loss=accept_loss)
    follow(outcome.touched, now=now, by=by)
    seconds = time.monotonic() - started
    run = ImportRun.objects.create(
        file_name=extraction.file_name[:255],
        extraction_date=day,
        sha256=extraction.sha256,
        layout=extraction.layout,
        started_at=now,
        finished_at=now + timedelta(seconds=seconds),
        seconds=round(seconds, 3),
        by=str(by),
        accept_loss=accept_loss,
        **outcome.counts(),
    )
    record("extraction.imported", by=by, target=run, accept_loss=accept_loss, **outcome.counts())
    if outcome.added or outcome.removed:
        transaction.on_commit(loading.tidy, robust=True)
    return run


def _accepted_day(day, last, now):
    if day is None:
        raise Refused("Le nom du fichier ne porte pas de date\u00a0: donnez-la avec --date AAAA-MM-JJ.")
    if day > now.date() + FARTHEST_AHEAD:
        raise Refused(f"L’extraction est datée du {day:%d/%m/%Y}, dans le futur.")
    if last and day < last.extraction_date:
        raise Refused(
            f"L’extraction du {day:%d/%m/%Y} est plus ancienne que la dernière chargée, "
            f"du {last.extraction_date:%d/%m/%Y}."
        )
    return day
