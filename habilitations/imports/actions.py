"""A file deposited, checked whole by a worker, confirmed, then written by slices (`docs/adr/0019`)."""

import time
from contextlib import contextmanager
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Q

import habilitations.rights
from habilitations import policies
from habilitations.imports import progress, resource
from habilitations.models import Import
from journal.models import record
from viatraj.core.actor import Actor
from viatraj.core.saving import act, by_slices, locked, save_valid

AN_HOUR = 20  # files; each tells which addresses have an account, so it is limited as searches are
TRIES = 3  # of a worker in a row that writes nothing more
WORKERS = 0x494D504F  # our class of advisory locks: one worker a file
A_SLICE = 0.5  # seconds, after which no more line is begun: nobody waits for longer than a second
LINES_A_SLICE = 50  # whose accounts are locked together
KEPT = timedelta(days=7)  # what was never confirmed
TOO_MANY = "Vous avez déposé de nombreux fichiers depuis une heure. Réessayez plus tard."
NOT_DEALT_WITH = "Cette ligne n’a pas été traitée\u00a0: le travail s’est interrompu avant elle."
TOO_OLD = "Ce fichier a été vérifié il y a plus d’un jour\u00a0: déposez-le de nouveau."


@transaction.atomic
def deposit(*, lines, file_name, cle, now, by, left_out=()) -> Import:
    """The same `cle` twice is one deposit."""
    policies.administer(by)
    locked(by.user)  # two deposits at once are counted one after the other; a double click finds the first
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
    """The worker's part: check, or write, from where the last worker stopped. One worker at a time."""
    policies.system(by)
    with _alone(pk) as alone:
        if not alone or not _attempt(pk, by=by):
            return
        one = Import.objects.select_related("user").get(pk=pk)
        if one.state == Import.State.CHECKING:
            _check(one, today=today, now=now)
        while one.state == Import.State.WRITING:
            one = act(_write_slice, one, today=today, now=now)


@contextmanager
def _alone(pk):
    """Is this the only worker on the file? A dead worker's lock ends with its connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [WORKERS, pk])
        (alone,) = cursor.fetchone()
        try:
            yield alone
        finally:
            if alone:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [WORKERS, pk])


@transaction.atomic
def _attempt(pk, *, by) -> bool:
    """Count the attempt in its own transaction: a file that kills its workers is given up in the end."""
    one = Import.objects.at_work().filter(pk=pk).first()
    if one is None:
        return False
    one = locked(one)
    if one.attempts >= TRIES:
        _give_up(one, by=by)
    one.attempts += 1
    save_valid(one)
    return one.state != Import.State.FAILED


def _give_up(one, *, by):
    """Stop: lines already written stay and are in the report; the others will not be written."""
    if one.state == Import.State.WRITING:
        left = one.report[len(one.outcome) :]
        one.report = one.outcome + [line | {"problemes": [NOT_DEALT_WITH]} for line in left]
        one.lines, one.outcome = [], []
    one.state = Import.State.FAILED
    record("import.failed", by=by, target=one, habilitations=len(one.given))


def _check(one, *, today, now):
    """Try each line in a transaction of its own, which is rolled back: nobody waits for locks meanwhile."""
    author = _author(one, today)
    report = resource.run(
        one.lines,
        dry_run=True,
        cle=one.cle,
        today=today,
        now=now,
        by=author,
        advance=lambda done: progress.tell(one, done),
    )
    with transaction.atomic():
        one = locked(one)
        one.report, one.checked_at = report, now
        one.state = Import.State.REFUSED if one.problems else Import.State.READY
        good, problems = one.state == Import.State.READY, len(one.problems)
        record("import.checked", by=author, target=one, good=good, problems=problems)
        save_valid(one)


@transaction.atomic
def _write_slice(one, *, today, now) -> Import:
    """Write about half a second of lines; they and the progress are committed together, or not at all."""
    enough = time.monotonic() + A_SLICE
    author, done = _author(one, today), len(one.outcome)
    outcome = resource.run(
        one.lines[done : done + LINES_A_SLICE],
        dry_run=False,
        checked=one.report,
        cle=one.cle,
        today=today,
        now=now,
        by=author,
        advance=lambda _: time.monotonic() < enough,
    )
    one = locked(one)  # after the accounts (`core.locks`)
    one.outcome, one.attempts = one.outcome + outcome, 1  # it wrote lines
    if len(one.outcome) == one.total:
        _done(one, now=now, by=author)
    save_valid(one)
    return one


def _author(one, today) -> Actor:
    """Who confirmed, with the rights he has now."""
    return Actor(
        user=one.user,
        rights=habilitations.rights.of_user(one.user, on=today),
        quality="référent",
        means=one.means,
        address=one.address,
        request_id=one.request_id,
    )


def _done(one, *, now, by):
    one.state, one.done_at = Import.State.DONE, now
    one.report, one.outcome, one.lines = one.outcome, [], []
    comptes = len({line["compte"] for line in one.given if line["nouveau"]})
    given, refused = len(one.given), len(one.problems)
    record("import.done", by=by, target=one, habilitations=given, comptes=comptes, refusees=refused)


def purge_imports(*, now, by) -> int:
    """What was deposited and never written: the names in it are of no more use."""
    policies.system(by)
    at_work = Q(state=Import.State.WRITING)
    stale = Import.objects.filter(deposited_at__lt=now - KEPT).exclude(at_work).exclude(lines=[])

    def erase(part):
        Import.objects.filter(pk__in=[one.pk for one in part]).delete()
        record("import.purged", by=by, count=len(part))

    return by_slices(stale, erase)
