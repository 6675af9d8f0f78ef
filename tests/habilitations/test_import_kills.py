"""A worker killed in the middle of an import: nothing of it is written, and the next one writes all, once."""

import signal
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.models import User
from courrier.models import Message
from habilitations.imports import actions, progress, reader
from habilitations.models import Habilitation, Import
from journal.models import Entry
from tests.courrier.rig import command, wait_until
from tests.factories import EtablissementFactory, as_professionnel, referent_of
from tests.habilitations.imports import line, xlsx
from viatraj.core.actor import Actor

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
    rows = [line(nom=f"Personne{n}", email=f"personne{n}@ch.example", fin=fin) for n in range(LINES)]
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
