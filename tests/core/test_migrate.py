"""A database of another version is not half migrated: one sentence, and nothing is done."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from viatraj.core import roles

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def from_elsewhere():
    """As databases of before the first release have it."""
    with roles.as_owner():
        recorder = MigrationRecorder(connection)
        recorder.record_applied("habilitations", "0002_nom_tri_of_before")
    yield
    with roles.as_owner():
        MigrationRecorder(connection).record_unapplied("habilitations", "0002_nom_tri_of_before")


def test_it_is_refused_with_one_sentence(from_elsewhere):
    with pytest.raises(CommandError, match=r"autre version.*habilitations\.0002_nom_tri_of_before.*var/"):
        call_command("migrate", verbosity=0)


def test_ones_own_is_migrated_again():
    call_command("migrate", verbosity=0)
