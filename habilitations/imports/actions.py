"""A file deposited, checked whole by a worker, confirmed, then written by slices (`docs/adr/0019`)."""

import time
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q

import habilitations.rights
from accounts.models import User
from changements.actions import Noted, keep
from habilitations import policies
from habilitations.imports import letters, progress, resource
from habilitations.models import Habilitation, Import
from journal.models import record
from viatraj.core.actor import Actor
from viatraj.core.saving import act, by_slices, locked, save_valid
from viatraj.core.turns import Job, alone

AN_HOUR = 20  # files; each tells which addresses have an account, so it is limited as searches are
TRIES = 3  # of a worker in a row that writes nothing more
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
    upload = save_valid(
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
    record("import.deposited", by=by, target=upload, lines=upload.total)
    return upload


@transaction.atomic
def confirm(upload, *, now, by):
    """Twice is once."""
    policies.own_import(by, upload)
    if upload.state != Import.State.READY:
        return  # without waiting for a worker that holds the row
    upload = locked(upload)
    policies.own_import(by, upload)
    if upload.state != Import.State.READY:
        return
    if upload.checked_at < now - Import.READY_FOR:
        raise ValidationError(TOO_OLD)
    upload.state, upload.attempts = Import.State.WRITING, 0
    upload.means, upload.address, upload.request_id = by.means, by.address, by.request_id
    save_valid(upload)
    record("import.confirmed", by=by, target=upload, lines=len(upload.good))


def proceed(pk, *, today, now, by):
    """The worker's part: check, or write, from where the last worker stopped. One worker at a time."""
    policies.system(by)
    with alone(Job.IMPORT, pk) as held:
        if not held or not _attempt(pk, now=now, by=by):
            return
        upload = Import.objects.select_related("user").get(pk=pk)
        if upload.state == Import.State.CHECKING:
            _check(upload, today=today, now=now)
        while upload.state == Import.State.WRITING:
            upload = act(_write_slice, upload, today=today, now=now)


@transaction.atomic
def _attempt(pk, *, now, by) -> bool:
    """Count the attempt in its own transaction: a file that kills its workers is given up in the end."""
    upload = Import.objects.at_work().filter(pk=pk).first()
    if upload is None:
        return False
    upload = locked(upload)
    if upload.attempts >= TRIES:
        _give_up(upload, now=now, by=by)
    upload.attempts += 1
    save_valid(upload)
    return upload.state != Import.State.FAILED


def _give_up(upload, *, now, by):
    """Stop: lines already written stay and are in the report; the others will not be written."""
    if upload.state == Import.State.WRITING:
        letters.post(upload, since=0, now=now, given_up=True)
        left = upload.report[len(upload.outcome) :]
        rest = [line if line["problemes"] else line | {"problemes": [NOT_DEALT_WITH]} for line in left]
        upload.keep(upload.outcome + rest)
    upload.state = Import.State.FAILED
    record("import.failed", by=by, target=upload, habilitations=len(upload.given))
    _keep(upload)


def _check(upload, *, today, now):
    """Try each line in a transaction of its own, which is rolled back: nobody waits for locks meanwhile."""
    author = _author(upload, today)
    report = resource.run(
        upload.lines,
        dry_run=True,
        cle=upload.cle,
        today=today,
        now=now,
        by=author,
        advance=lambda done: progress.tell(upload, done),
    )
    with transaction.atomic():
        upload = locked(upload)
        upload.report, upload.checked_at = report, now
        if upload.already and not (upload.good or upload.problems):
            upload.state, upload.done_at = Import.State.DONE, now  # nothing is left to give
        else:
            upload.state = Import.State.READY if upload.good else Import.State.REFUSED
        good, problems = len(upload.good), len(upload.problems)
        record("import.checked", by=author, target=upload, good=good, problems=problems)
        save_valid(upload)


@transaction.atomic
def _write_slice(upload, *, today, now) -> Import:
    """Write about half a second of lines; they and the progress are committed together, or not at all."""
    enough = time.monotonic() + A_SLICE
    author, done = _author(upload, today), len(upload.outcome)
    part = upload.lines[done : done + LINES_A_SLICE]
    refused = {told["ligne"]: told for told in upload.report if told["problemes"]}
    outcome = resource.run(
        [line for line in part if line["ligne"] not in refused],
        dry_run=False,
        checked=upload.report,
        cle=upload.cle,
        today=today,
        now=now,
        by=author,
        advance=lambda _: time.monotonic() < enough,
    )
    upload = locked(upload)  # after the accounts (`core.locks`)
    upload.outcome, upload.attempts = upload.outcome + list(_in_order(part, outcome, refused)), 1
    letters.post(upload, since=done, now=now)
    if len(upload.outcome) == upload.total:
        _done(upload, now=now, by=author)
    save_valid(upload)
    return upload


def _in_order(part, outcome, refused):
    """What became of each line, up to the last that was written; those refused by the check among them."""
    written = iter(outcome)
    for line in part:
        told = refused.get(line["ligne"]) or next(written, None)
        if told is None:
            return
        yield told


def _author(upload, today) -> Actor:
    """Who confirmed, with the rights he has now."""
    return Actor(
        user=upload.user,
        rights=habilitations.rights.of_user(upload.user, on=today),
        quality="référent",
        means=upload.means,
        address=upload.address,
        request_id=upload.request_id,
    )


def _done(upload, *, now, by):
    upload.state, upload.done_at = Import.State.DONE, now
    upload.keep(upload.outcome)
    comptes = len({line["compte"] for line in upload.given if line["nouveau"]})
    given, refused = len(upload.given), len(upload.problems)
    record("import.done", by=by, target=upload, habilitations=given, comptes=comptes, refusees=refused)
    _keep(upload)


def _keep(upload):
    """May be undone from now on; what was made, as it was made: somebody may have changed it meanwhile."""
    noted, author = Noted(cle=upload.cle), Actor(user=upload.user, request_id=upload.request_id)
    for pk in sorted({line["compte"] for line in upload.given if line["nouveau"]}):
        noted.made(User(pk=pk))
    for line in upload.given:
        noted.made(Habilitation(pk=line["habilitation"]))
    if noted.rows:
        noted.becomes(upload, state=Import.State.UNDONE, done_at=None)
        keep(noted, "import.done", by=author)


def purge_imports(*, now, by) -> int:
    """What was deposited and never written, and lines to correct: the names in them are of no more use."""
    policies.system(by)
    old = Import.objects.filter(deposited_at__lt=now - KEPT).exclude(lines=[])
    old = old.exclude(state=Import.State.WRITING)
    written = Q(state__in=Import.WRITTEN) & ~Q(report=[])

    def erase(part):
        Import.objects.filter(pk__in=[upload.pk for upload in part]).delete()
        record("import.purged", by=by, count=len(part))

    def shorten(part):
        Import.objects.filter(pk__in=[upload.pk for upload in part]).update(lines=[])

    by_slices(old.filter(written), shorten)
    return by_slices(old.exclude(written), erase)
