"""HAB-11: reviewers are reminded at half time, three days and one day before the end; each once."""

import signal
from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection

from courrier.models import Message
from habilitations import actions
from habilitations.models import Rappel
from tests.concurrency import at_once
from tests.courrier.rig import command, somebody_waits, wait_until
from tests.factories import HabilitationFactory, UniteFactory, referent_of
from tests.habilitations.campagnes import BY, decide, follow, line_of, opened
from tests.patience import PATIENCE
from viatraj.core.turns import Turn

pytestmark = pytest.mark.django_db
OPENED, LAST = date(2027, 3, 1), date(2027, 3, 31)
HALF = date(2027, 3, 16)
LONG = {"debut": date(2027, 1, 1), "fin": date(2028, 1, 1)}


@pytest.fixture(autouse=True)
def at_the_opening():
    with time_machine.travel("2027-03-01 08:00:00+01:00", tick=True):
        yield


class Unit:
    def __init__(self, **said):
        self.unite = UniteFactory()
        self.of_unite = referent_of(self.unite)
        self.of_unite.habilitations.update(**LONG)
        self.rows = HabilitationFactory.create_batch(2, lieu=self.unite, **LONG)
        self.campagne = opened(self.of_unite, self.unite, today=OPENED, echeance=LAST, **said)

    def mails(self):
        return list(Message.objects.filter(to=self.of_unite.email).order_by("pk"))


def remind(today):
    return actions.remind_reviewers(today=today, by=BY)


def test_each_in_its_time_and_once():
    unit = Unit()
    for day in range(31):
        remind(OPENED + timedelta(days=day))
        assert remind(OPENED + timedelta(days=day)) == 0
    posted = Rappel.objects.filter(user=unit.of_unite).order_by("posted_on")
    three, one = LAST - timedelta(days=3), LAST - timedelta(days=1)
    assert [row.posted_on for row in posted] == [OPENED, HALF, three, one]
    assert len(unit.mails()) == 4
    assert "2 lignes" in unit.mails()[0].text


def test_after_an_outage_one_mail_says_it_all():
    unit = Unit()
    assert remind(LAST) == 1
    assert remind(LAST) == 0
    assert Rappel.objects.filter(user=unit.of_unite).count() == 4
    assert len(unit.mails()) == 1


def test_one_mail_for_two_campaigns():
    unit = Unit()
    opened(unit.of_unite, unit.unite, today=OPENED, echeance=LAST, nom="Une autre")
    assert remind(OPENED) == 1
    (mail,) = unit.mails()
    assert "Une autre" in mail.text
    assert "Revue annuelle" in mail.text


def test_none_to_who_has_decided_all():
    unit = Unit()
    for row in unit.rows:
        decide(line_of(unit.campagne, row), unit.of_unite, today=OPENED)
    assert remind(HALF) == 0


def test_a_successor_is_told_from_his_coming():
    unit = Unit()
    remind(OPENED)
    successor = referent_of(unit.unite)
    successor.habilitations.update(**LONG)
    follow(unit.campagne, today=HALF)
    remind(HALF)
    assert Message.objects.filter(to=successor.email).count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once():
    Unit()
    assert sorted(at_once(lambda: remind(HALF), lambda: remind(HALF))) == [0, 1]
    assert Message.objects.count() == 1


RUN = (
    "from datetime import date;"
    "from habilitations import actions;"
    "from viatraj.core.actor import Actor;"
    "actions.remind_reviewers(today=date(2027, 3, 16), by=Actor.system('campagnes'))"
)


@pytest.mark.django_db(transaction=True)
def test_killed_at_any_moment_and_run_again(tmp_path):
    """Killed while it waits in the middle of its transaction: nothing half done; run again: each once."""
    unit = Unit()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [Turn.RAPPELS])
        with command("shell", "-c", RUN, log=tmp_path / "a.log") as killed:
            wait_until(somebody_waits)
            killed.send_signal(signal.SIGKILL)
            killed.wait(PATIENCE)
        cursor.execute("SELECT pg_advisory_unlock(%s)", [Turn.RAPPELS])
    assert not Rappel.objects.exists()
    assert not Message.objects.exists()
    for _ in range(2):
        with command("shell", "-c", RUN, log=tmp_path / "b.log") as run:
            assert run.wait(PATIENCE) == 0, (tmp_path / "b.log").read_text()
    assert len(unit.mails()) == 1
    assert Rappel.objects.filter(user=unit.of_unite).count() == 2
