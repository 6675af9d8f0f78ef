"""A worker killed in the middle of an import: the next one goes on, and each line is written once (HAB-4).

And what people may do while it works.
"""

import signal
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.utils import timezone

import accounts.actions
from accounts.models import User
from authcps.actions import identify
from courrier.models import Message
from habilitations.imports import actions, progress, reader
from habilitations.models import Habilitation, Import
from journal.models import Entry
from tests.concurrency import at_once
from tests.courrier.rig import command, wait_until
from tests.factories import PASSWORD, EtablissementFactory, UserFactory, as_professionnel, referent_of
from tests.habilitations.imports import line, xlsx
from tests.patience import PATIENCE
from viatraj.core.actor import Actor
from viatraj.core.saving import locked

pytestmark = pytest.mark.django_db(transaction=True)
LINES = 60


def worker(*, log):
    return command("shell", "-c", "from habilitations.tasks import resume_imports as go; go()", log=log)


def written():
    given = Entry.objects.filter(event="habilitation.granted")
    opened = User.objects.filter(email__startswith="personne")
    return Habilitation.objects.count() - 1, opened.count(), given.count(), Message.objects.count()


def test_killed_in_the_middle_then_each_line_is_written_once(tmp_path):
    now, today = timezone.now(), timezone.localdate()
    by = as_professionnel(referent_of(EtablissementFactory(finess="990000017")))
    fin = today + timedelta(days=100)
    rows = [
        line(nom=f"Personne {'i' * (n + 1)}", email=f"personne{n}@ch.example", fin=fin) for n in range(LINES)
    ]
    one = actions.deposit(lines=reader.read(xlsx(*rows)), file_name="a.xlsx", cle=uuid4(), now=now, by=by)
    actions.proceed(one.pk, today=today, now=now, by=Actor.system("imports"))
    one.refresh_from_db()
    actions.confirm(one, now=now, by=by)
    one.refresh_from_db()
    log = tmp_path / "worker.log"

    def dealt_with():
        one.refresh_from_db()
        return len(one.outcome)

    with worker(log=log) as killed:
        wait_until(lambda: dealt_with() > 0 or killed.poll() is not None)
        assert killed.poll() is None, log.read_text()
        killed.send_signal(signal.SIGKILL)
        killed.wait()
    done = dealt_with()
    assert one.state == Import.State.WRITING
    assert written() == (done, done, done, done), "as far as it says, and no further"
    with worker(log=log) as first, worker(log=log) as second:  # both find it; one does it
        assert [first.wait(PATIENCE), second.wait(PATIENCE)] == [0, 0]
    one.refresh_from_db()
    assert (one.state, written()) == (Import.State.DONE, (LINES, LINES, LINES, LINES)), log.read_text()


def at_once_or_never():
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '2s'")


def test_while_a_file_is_checked_its_people_sign_in(monkeypatch):
    """Half a minute for a thousand lines: no account of the file waits for it."""
    now, today = timezone.now(), timezone.localdate()
    by = as_professionnel(referent_of(EtablissementFactory(finess="990000017")))
    user, attempts = UserFactory(nom="Lacombe", prenom="Maëlle", email="maelle.lacombe@ch.example"), []
    rows = [line(), line(nom="Autre", email="autre@ch.example")]
    one = actions.deposit(lines=reader.read(xlsx(*rows)), file_name="a.xlsx", cle=uuid4(), now=now, by=by)

    def sign_in():
        at_once_or_never()
        known = {"door": "professionnel", "next_path": "", "by": Actor.anonymous("192.0.2.7")}
        attempt = identify(identifiant=user.login, mot_de_passe=PASSWORD, now=now, **known)
        with transaction.atomic():
            return locked(attempt.user)

    monkeypatch.setattr(progress, "tell", lambda one, done: attempts.extend(at_once(sign_in)))
    actions.proceed(one.pk, today=today, now=now, by=Actor.system("imports"))
    one.refresh_from_db()
    assert (one.state, attempts) == (Import.State.READY, [user, user])


def test_while_a_file_is_checked_its_addresses_are_free(monkeypatch):
    """An account that the check opened, to see, is gone before the next line: another référent opens his."""
    now, today = timezone.now(), timezone.localdate()
    hopital = EtablissementFactory(finess="990000017")
    by, colleague = (as_professionnel(referent_of(hopital)) for _ in range(2))
    lines, opened = reader.read(xlsx(line(), line(nom="Autre", email="autre@ch.example"))), []
    one = actions.deposit(lines=lines, file_name="a.xlsx", cle=uuid4(), now=now, by=by)

    def open_it():
        at_once_or_never()
        person = {"nom": "Lacombe", "prenom": "Maëlle", "email": "maelle.lacombe@ch.example"}
        known = {"profession_label": "", "telephone": "", "cle": uuid4(), "now": now}
        return accounts.actions.register(**person, **known, by=colleague)

    monkeypatch.setattr(
        progress, "tell", lambda one, done: opened.extend(at_once(open_it)) if done == 1 else None
    )
    actions.proceed(one.pk, today=today, now=now, by=Actor.system("imports"))
    one.refresh_from_db()
    assert (one.state, opened) == (Import.State.READY, [User.objects.get(nom="Lacombe")])


def test_one_worker_at_a_time(monkeypatch):
    """The beat comes by while a long file is being checked: that is no new attempt at it."""
    now, today = timezone.now(), timezone.localdate()
    by = as_professionnel(referent_of(EtablissementFactory(finess="990000017")))
    one = actions.deposit(lines=reader.read(xlsx(line())), file_name="a.xlsx", cle=uuid4(), now=now, by=by)
    known = {"today": today, "now": now, "by": Actor.system("imports")}
    monkeypatch.setattr(
        progress, "tell", lambda one, done: at_once(*[lambda: actions.proceed(one.pk, **known)] * 4)
    )
    actions.proceed(one.pk, **known)
    one.refresh_from_db()
    assert (one.state, one.attempts) == (Import.State.READY, 1)
    assert Entry.objects.filter(event="import.checked").count() == 1
