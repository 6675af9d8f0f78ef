"""A file deposited, checked by a dry run, confirmed, written by a worker: all of it or nothing."""

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction

import habilitations.rights
from habilitations import policies
from habilitations.imports import progress, resource
from habilitations.models import Import
from journal.models import record
from viatraj.core.actor import Actor
from viatraj.core.saving import locked, save_valid

AN_HOUR = 20  # a file says whether addresses are known: no faster than a search does
TRIES = 3
KEPT = timedelta(days=7)  # what was never confirmed
TOO_MANY = "Vous avez déposé de nombreux fichiers depuis une heure. Réessayez plus tard."
TOO_OLD = "Ce fichier a été vérifié il y a plus d’un jour\u00a0: déposez-le de nouveau."


@transaction.atomic
def deposit(*, lines, file_name, cle, now, by, left_out=()) -> Import:
    """The same `cle` twice is one deposit."""
    policies.administer(by)
    locked(by.user)  # two files at once are counted one after the other; a double click finds the first
    if known := Import.objects.visible_to(by).filter(cle=cle).first():
        return known
    if Import.objects.filter(user=by.user, deposited_at__gt=now - timedelta(hours=1)).count() >= AN_HOUR:
        raise ValidationError({"fichier": TOO_MANY})
    one = save_valid(
        Import(
            user=by.user,
            cle=cle,
            file_name=file_name,
            lines=lines,
            left_out=list(left_out),
            total=len(lines),
            deposited_at=now,
            means=by.means,
            address=by.address,
            request_id=by.request_id,
        )
    )
    record("import.deposited", by=by, target=one, lines=one.total)
    return one


@transaction.atomic
def confirm(one, *, now, by):
    """Twice is once."""
    policies.own_import(by, one)
    if one.state != Import.State.READY:
        return  # without waiting for a worker that holds the row
    one = locked(one)
    policies.own_import(by, one)
    if one.state != Import.State.READY:
        return
    if one.checked_at < now - Import.READY_FOR:
        raise ValidationError(TOO_OLD)
    one.state, one.attempts = Import.State.WRITING, 0
    one.means, one.address, one.request_id = by.means, by.address, by.request_id
    save_valid(one)
    record("import.confirmed", by=by, target=one, lines=one.total)


def proceed(pk, *, today, now, by):
    """The worker's part: the dry run, or the writing. One worker at a time; killed, it leaves nothing."""
    policies.system(by)
    if not _attempt(pk, by=by):
        return
    with transaction.atomic():
        one = _taken(pk)
        if one is None:
            return
        author = Actor(
            user=one.user,
            rights=habilitations.rights.of_user(one.user, on=today),
            quality="référent",
            means=one.means,
            address=one.address,
            request_id=one.request_id,
        )
        writing = one.state == Import.State.WRITING
        good, one.report = resource.run(
            one.lines,
            dry_run=not writing,
            cle=one.cle,
            today=today,
            now=now,
            by=author,
            advance=lambda done: progress.tell(one, done),
        )
        if good and writing:
            _done(one, now=now, by=author)
        else:
            one.state = Import.State.READY if good else Import.State.REFUSED
            one.checked_at = now
            record("import.checked", by=author, target=one, good=good, problems=len(one.problems))
        save_valid(one)


@transaction.atomic
def _attempt(pk, *, by) -> bool:
    """Counted apart, so that a file which kills its worker does not kill the next ones for ever."""
    one = _taken(pk)
    if one is None:
        return False
    if one.attempts >= TRIES:
        one.state = Import.State.FAILED
        record("import.failed", by=by, target=one)
    one.attempts += 1
    save_valid(one)
    return one.state != Import.State.FAILED


def _taken(pk) -> Import | None:
    """None when it is another worker's, or dealt with."""
    return (
        Import.objects.at_work()
        .select_for_update(of=("self",), skip_locked=True, no_key=True)
        .select_related("user")
        .filter(pk=pk)
        .first()
    )


def _done(one, *, now, by):
    one.state, one.done_at, one.lines = Import.State.DONE, now, []
    comptes = len({line["compte"] for line in one.report if line["nouveau"]})
    record("import.done", by=by, target=one, habilitations=one.total, comptes=comptes)


@transaction.atomic
def purge_imports(*, now, by) -> int:
    """What was deposited and never written: the names in it are of no more use."""
    policies.system(by)
    stale = Import.objects.exclude(state=Import.State.DONE).filter(deposited_at__lt=now - KEPT)
    count, _ = stale.delete()
    if count:
        record("import.purged", by=by, count=count)
    return count
