"""The demonstration's dossiers: all kinds and states; made again, nothing changes (DOS-1 … DOS-3)."""

import pytest
from django.utils import timezone

from demandes import etats
from demandes.impasses import Impasse
from demandes.models import Demande, SansSolution
from dossiers.models import Dossier, LienMedecin, PieceJointe, Volet, volets
from dossiers.models.etats import Etat
from journal.models import Entry
from viatraj.core.droits import Orientation
from viatraj.demo import admissions, data, patients, people, personnel, structures

pytestmark = pytest.mark.django_db


@pytest.fixture
def made(tmp_path, settings, monkeypatch):
    now = timezone.localtime()
    users = {person.login: data._account(person, now) for person in people.PEOPLE}
    rows = structures.make(by=data.BY)
    personnel.make(users, rows, now=now, by=data.BY)
    settings.DATA_DIR = tmp_path
    monkeypatch.setattr(data, "DIRECTORY_PERSONS", 300)
    data._directory(now, 1)
    return lambda module=patients: module.make(users, rows, now=now)


def counts() -> list[int]:
    return [model.objects.count() for model in (Dossier, Volet, LienMedecin, PieceJointe, Entry)]


def test_two_hundred_of_all_kinds_and_states_once(made, monkeypatch):
    """A run that was cut off is gone on with; what is there is left as people have changed it."""
    monkeypatch.setattr(patients, "MANY", 60)
    made()
    monkeypatch.undo()
    made()
    after = counts()
    made()
    assert counts() == after
    assert after[0] == patients.MANY == 200
    known = Dossier.objects.all()
    assert set(known.values_list("orientation", flat=True)) == {*Orientation.values}
    wanted = {Etat.REDACTION, Etat.COMPLET, Etat.SUSPENDU, Etat.ANNULE}
    assert wanted <= set(known.values_list("etat", flat=True))
    assert set(Volet.objects.values_list("etat", flat=True)) == {*volets.Etat.values}
    assert set(LienMedecin.objects.values_list("etat", flat=True)) == {*LienMedecin.Etat.values}
    assert LienMedecin.objects.filter(professionnel__idnat=people.NEWCOMER["idnat"]).exists()
    assert PieceJointe.objects.exists()
    traits = Dossier.objects.values_list("nom_cle", "prenom_cle", "date_naissance", "sexe")
    assert len(set(traits)) < 200  # some patients have two
    assert Dossier.objects.exclude(nom_utilise="").exists()
    made(admissions)  # at each step of the table (DOS-4), and once
    found = Demande.objects.values_list("pk", "etat")
    before = sorted(found)
    assert {etat for _, etat in before} == {*etats.Etat.values}
    assert set(SansSolution.objects.values_list("etat", flat=True)) == {*Impasse.values}
    made(admissions)
    assert sorted(found.all()) == before
