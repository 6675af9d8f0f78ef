"""Closing, merging, moving while rights are given there: copies agree, nothing lives in a closed place."""

import signal
from collections import Counter
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

import habilitations.actions
from annuaire import actions, attaches, tasks
from annuaire.models import Lieu
from courrier.models import Message
from habilitations.models import Habilitation
from habilitations.profils import PRESCRIPTEUR_MEDICAL
from tests.annuaire.astray import astray
from tests.annuaire.test_fermetures import SYSTEM, close, fresh, siblings
from tests.concurrency import at_once
from tests.courrier.rig import command, wait_until
from tests.factories import (
    CoordinationFactory,
    EtablissementFactory,
    HabilitationFactory,
    UserFactory,
    as_professionnel,
    referent_of,
)
from viatraj.core.saving import act

pytestmark = pytest.mark.django_db(transaction=True)
MANY = 150
WRITING = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_xid IS NOT NULL"""


def grant(unite, user, by):
    today = timezone.localdate()
    return habilitations.actions.grant(
        users=[user],
        profil=PRESCRIPTEUR_MEDICAL,
        lieux=[Lieu.of(unite)],
        debut=today,
        fin=today + timedelta(days=30),
        droits={},
        cle=None,
        today=today,
        by=by,
    )


def world():
    unite, after = siblings()
    here = unite.etablissement
    into = EtablissementFactory(coordination=here.coordination)
    held = [HabilitationFactory(lieu=one) for one in (here, unite, after) for _ in range(2)]
    return unite, after, here, into, held, as_professionnel(referent_of(here.coordination))


def under_load():
    unite, after, here, into, held, by = world()
    users, elsewhere = [UserFactory() for _ in range(3)], CoordinationFactory()
    day = {"on": timezone.localdate(), "now": timezone.now()}
    # As pages do: the trigger of a new row may meet a merge crosswise, and PostgreSQL ends one of them.
    at_once(
        lambda: act(grant, unite, users[0], by),
        lambda: act(close, unite, by=by, replaced_by=after, follow=True),
        lambda: act(grant, after, users[1], by),
        lambda: act(actions.merge, here, into=into, by=by, **day),
        lambda: act(grant, unite, users[2], by),
        lambda: act(actions.move, into, into=elsewhere, by=SYSTEM),
    )
    assert astray() == []
    people = {one.user_id for one in held}
    living = Habilitation.objects.living().filter(user__in=people)
    assert set(living.values_list("user", flat=True)) == people, "nobody of the loser is lost"


def test_whoever_read_the_place_before_it_closed_is_refused_there():
    """ANN-7: the page was open since before; the row is looked at once it is there."""
    unite, *_, by = world()
    close(unite, by=by)
    with pytest.raises(ValidationError, match="fermée"):
        grant(unite, UserFactory(), by)
    assert astray() == []


def test_rights_given_meanwhile_go_along_or_are_refused():
    for _ in range(2):
        under_load()


@pytest.mark.proofs
def test_the_same_thirty_times():
    for _ in range(30):
        under_load()


def test_killed_in_the_middle_nothing_is_done(tmp_path):
    """A real SIGKILL while it writes; then the whole at once."""
    unite, after, *_ = world()
    first = HabilitationFactory(lieu=unite)
    for _ in range(MANY):
        HabilitationFactory(lieu=unite, user=UserFactory(password=first.user.password))
    living = Habilitation.objects.living().filter(unite=unite).count()
    code = (
        "from annuaire import actions; from annuaire.models import Unite; from django.utils import timezone;"
        "from viatraj.core.actor import Actor;"
        f"one, two = (Unite.objects.get(pk=pk) for pk in ({unite.pk}, {after.pk}));"
        "actions.close_structure(one, replaced_by=two,"
        "follow=True, on=timezone.localdate(), now=timezone.now(), by=Actor.system('fermetures'))"
    )

    def writes():
        with connection.cursor() as cursor:
            cursor.execute(WRITING)
            return cursor.fetchone()[0]

    with command("shell", "-c", code, log=tmp_path / "close.log") as process:
        wait_until(lambda: writes() or process.poll() is not None)
        assert process.poll() is None, (tmp_path / "close.log").read_text()
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert fresh(unite).closed_at is None
    assert Habilitation.objects.living().filter(unite=unite).count() == living
    assert astray() == []
    close(unite, by=SYSTEM, replaced_by=after, follow=True)
    assert Habilitation.objects.living().filter(unite=after).count() == living + 2
    assert astray() == []


def test_killed_between_two_slices_the_next_worker_goes_on(tmp_path, monkeypatch):
    """A real SIGKILL of a worker: whole slices stand, the others are done once, one letter each."""
    monkeypatch.setattr(attaches, "AT_ONCE", 0)
    unite, after, *_, by = world()
    first = HabilitationFactory(lieu=unite)
    for _ in range(60):
        HabilitationFactory(lieu=unite, user=UserFactory(password=first.user.password))
    fermeture = close(unite, by=by, replaced_by=after, follow=True)
    total = fermeture.total
    code = (
        "from annuaire.actions import tranches; tranches.SLICE = 1;"
        "from annuaire.tasks import resume_fermetures as go; go()"
    )
    with command("shell", "-c", code, log=tmp_path / "worker.log") as worker:
        wait_until(lambda: fresh(fermeture).fait or worker.poll() is not None)
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    done = fresh(fermeture)
    assert (done.is_at_work, 0 < done.fait < total) == (True, True), (tmp_path / "worker.log").read_text()
    assert Habilitation.objects.living().filter(unite=unite).count() == total - done.fait
    tasks.resume_fermetures()
    done = fresh(fermeture)
    assert (done.etat, done.fait) == ("faite", total)
    assert Habilitation.objects.living().filter(unite=after).count() == total + 2
    letters = Counter(Message.objects.filter(key__startswith="fermeture:").values_list("to", flat=True))
    assert (set(letters.values()), len(letters) >= total) == ({1}, True)
    assert astray() == []
