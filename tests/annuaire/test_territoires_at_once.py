"""Two loads that meet, and the commands as an operator types them (ANN-7)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from annuaire import actions
from annuaire.models import Millesime
from annuaire.territoires import Refused, valeurs
from journal.models import Entry
from tests.annuaire import territoires
from viatraj.core.actor import Actor

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 11, 29, 8, tzinfo=UTC)
BY = Actor.system("territoire")


def test_the_second_of_two_loads_at_once_says_so_at_once(tmp_path, monkeypatch):
    monkeypatch.setattr(valeurs, "FEWEST_COMMUNES", 100)
    path = territoires.written(tmp_path)

    def second():
        try:
            actions.load_territoire(path, now=NOW, by=BY)
        finally:
            connection.close()

    with transaction.atomic():
        actions.load_territoire(path, now=NOW, by=BY)
        with ThreadPoolExecutor(1) as pool, pytest.raises(Refused, match="en cours"):
            pool.submit(second).result()
    assert Millesime.objects.count() == 1


def test_the_commands_of_an_operator(capsys):
    call_command("create_territory")
    call_command("create_territory")
    call_command("load_territoire")
    said = capsys.readouterr().out.splitlines()
    assert said == ["107 coordinations créées.", "0 coordination créée.", "Le territoire est déjà à jour."]
    assert Entry.objects.filter(event="territoire.loaded").count() == 1
    assert Entry.objects.filter(event="structure.opened").count() == 107
