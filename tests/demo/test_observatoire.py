"""On the demonstration, each report is what its rows say (OBS-2), and the store is filled with it (OBS-4)."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone

from annuaire.models import Coordination, Etablissement
from observatoire import actions
from observatoire.models import Releve
from observatoire.perimetres import Perimetre
from tests.observatoire import chiffres, lignes
from viatraj.demo import admissions, anciens, data, patients, people, personnel, structures

pytestmark = pytest.mark.django_db


def test_the_demonstration_is_counted_right(tmp_path, settings, monkeypatch):
    """OBS-2: its dossiers went through the product’s own actions, closed, archived and on paper too."""
    now = timezone.localtime()
    users = {person.login: data._account(person, now) for person in people.PEOPLE}
    rows = structures.make(by=data.BY)
    personnel.make(users, rows, now=now, by=data.BY)
    settings.DATA_DIR = tmp_path
    monkeypatch.setattr(data, "DIRECTORY_PERSONS", 300)
    data._directory(now, 1)
    monkeypatch.setattr(anciens, "MANY", 20)
    for module in (patients, admissions, anciens):
        module.make(users, rows, now=now)
    releve = actions.refresh_store(full=False, now=now, by=data.BY)
    assert Releve.objects.get() == releve
    assert releve.ecarts == []
    today = timezone.localdate(now)
    world = SimpleNamespace(
        now=timezone.now(),
        periods=((today - timedelta(days=400), today), (today - timedelta(days=20), today)),
        perimetres=(
            Perimetre(etablissements=tuple(Etablissement.objects.values_list("pk", flat=True)[:6])),
            Perimetre(coordinations=tuple(Coordination.objects.values_list("pk", flat=True)[:2])),
            Perimetre(national=True),
        ),
    )
    for compare in (lignes.COMPARED | chiffres.COMPARED).values():
        compare(world)
