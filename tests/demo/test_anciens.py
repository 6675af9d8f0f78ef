"""Settled demandes of the months before, so that statistics of the demonstration count something (OBS-2)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from demandes.etats import FINAUX, Etat
from demandes.models import Demande, Fait, SansSolution
from dossiers.models import Dossier
from observatoire import magasin
from observatoire.perimetres import Perimetre
from observatoire.rapports import CATALOGUE, Cadre
from observatoire.reads import chiffres
from viatraj.demo import anciens, data, people, personnel, structures

pytestmark = pytest.mark.django_db
MANY = 2 * len(anciens.SUITES)


def test_what_pages_of_figures_show(tmp_path, settings, monkeypatch):
    now = timezone.localtime()
    users = {person.login: data._account(person, now) for person in people.PEOPLE}
    rows = structures.make(by=data.BY)
    personnel.make(users, rows, now=now, by=data.BY)
    settings.DATA_DIR = tmp_path
    monkeypatch.setattr(data, "DIRECTORY_PERSONS", 300)
    data._directory(now, 1)
    monkeypatch.setattr(anciens, "MANY", MANY)
    for _ in range(2):
        anciens.make(users, rows, now=now)
    made = Dossier._base_manager.all()
    assert made.count() == MANY
    first, last = made.earliest("created_at").created_at, made.latest("created_at").created_at
    assert anciens.AGO <= now - last < now - first <= anciens.AGO + MANY * anciens.EVERY + timedelta(days=2)
    etats = set(Demande.objects.values_list("etat", flat=True))
    assert {Etat.ADMIS, Etat.REFUSEE, Etat.ANNULEE} <= etats <= FINAUX, "each has come to its end"
    assert Demande.objects.filter(depuis__gt=now).count() == 0
    assert not Fait.objects.filter(dossier__in=made).exists(), "nobody’s bell says it"
    assert not SansSolution.objects.exists()
    magasin.read_again(list(made.values_list("pk", flat=True)))
    own = Perimetre(etablissements=(rows["ch-saint-aubin"].pk, rows["ch-valmont"].pk))
    debut = timezone.localdate(now) - timedelta(days=90)
    found = chiffres.of(CATALOGUE["SAN-05"], Cadre(own, debut, timezone.localdate(now), now))
    said = {one.mot: one.figure for one in found.essentiel}
    assert said["Demandes"] > said["Admises"] > 0
    assert all(one.mediane.figure is not None for one in found.delais)
