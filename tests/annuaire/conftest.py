from datetime import UTC, datetime

import pytest

from annuaire import actions
from annuaire.models import Activite, ImportRun, Professionnel
from journal.models import Entry
from tests.annuaire import files
from viatraj.core.actor import Actor

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
