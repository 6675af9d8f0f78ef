from datetime import UTC, datetime

import pytest
from django.db import transaction

from annuaire import actions
from annuaire.models import Activite, ImportRun, Professionnel
from journal.models import Entry
from tests.annuaire import files
from viatraj.core.actor import Actor
from viatraj.demo import extraction

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
RPPS = Actor.system("rpps")


@pytest.fixture
def load(tmp_path):
    """Import lines as an extraction: `load(lines)`, `load(lines, name=files.NEXT)`."""

    def load(lines, *, accept_loss=False, now=NOW, **how):
        path = files.write(tmp_path, lines, **how)
        return actions.import_rpps(path, now=now, by=RPPS, accept_loss=accept_loss)

    return load


@pytest.fixture
def everything():
    """All that an import may touch, as it is now."""

    def everything():
        return [
            list(model.objects.order_by("pk").values_list())
            for model in (Activite, Professionnel, ImportRun, Entry)
        ]

    return everything


@pytest.fixture(scope="module")
def directory(django_db_setup, django_db_blocker, tmp_path_factory):
    """More than 20,000 lines, as many as the demo has; taken back at the end of the module."""
    path = tmp_path_factory.mktemp("extraction") / files.MAIN
    assert extraction.write(path, 20_000, 1) > 20_000
    with django_db_blocker.unblock(), transaction.atomic():
        actions.import_rpps(path, now=NOW, by=RPPS)
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def territoire_of_module(django_db_setup, django_db_blocker):
    """The territory of the repository; taken back at the end of the module."""
    with django_db_blocker.unblock(), transaction.atomic():
        actions.load_territoire(now=NOW, by=Actor.system("territoire"))
        yield
        transaction.set_rollback(True)


@pytest.fixture
def territoire(territoire_of_module, db):
    pass
