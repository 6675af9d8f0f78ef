"""A worker killed in the middle of an import: nothing is written, and the next one writes all, once.

And what people may do while it works.
"""

import signal
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.utils import timezone

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
from viatraj.core.actor import Actor
from viatraj.core.saving import locked

pytestmark = pytest.mark.django_db(transaction=True)
LINES = 30


def worker(*, log):
    return command("shell", "-c", "from habilitations.tasks import resume_imports as go; go()", log=log)


def written():
    given = Entry.objects.filter(event="habilitation.granted")
    opened = User.objects.filter(email__startswith="personne")
    return Habilitation.objects.count() - 1, opened.count(), given.count(), Message.objects.count()


def test_killed_it_leaves_nothing_then_all_is_written_once(tmp_path):
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
    with worker(log=log) as killed:
        wait_until(lambda: progress.read(one) > 0 or killed.poll() is not None, seconds=60)
        assert killed.poll() is None, log.read_text()
        killed.send_signal(signal.SIGKILL)
        killed.wait()
    one.refresh_from_db()
    assert (one.state, written()) == (Import.State.WRITING, (0, 0, 0, 0))
    with worker(log=log) as first, worker(log=log) as second:  # both find it; one does it
        assert [first.wait(60), second.wait(60)] == [0, 0]
    one.refresh_from_db()
    assert (one.state, written()) == (Import.State.DONE, (LINES, LINES, LINES, 2 * LINES)), log.read_text()


def test_while_a_file_is_checked_its_people_sign_in(monkeypatch):
    """Half a minute for a thousand lines: no account of the file waits for it."""
    now, today = timezone.now(), timezone.localdate()
    by = as_professionnel(referent_of(EtablissementFactory(finess="990000017")))
    user, attempts = UserFactory(nom="Lacombe", prenom="Maëlle", email="maelle.lacombe@ch.example"), []
    rows = [line(), line(nom="Autre", email="autre@ch.example")]
    one = actions.deposit(lines=reader.read(xlsx(*rows)), file_name="a.xlsx", cle=uuid4(), now=now, by=by)

    def sign_in():
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '2s'")
        known = {"door": "professionnel", "next_path": "", "by": Actor.anonymous("192.0.2.7")}
        attempt = identify(identifiant=user.login, mot_de_passe=PASSWORD, now=now, **known)
        with transaction.atomic():
            return locked(attempt.user)

    monkeypatch.setattr(progress, "tell", lambda one, done: attempts.extend(at_once(sign_in)))
    actions.proceed(one.pk, today=today, now=now, by=Actor.system("imports"))
    one.refresh_from_db()
    assert (one.state, attempts) == (Import.State.READY, [user, user])
