"""The list that the ROR side reads of us: exact columns, a line an établissement and domaine (ANN-1)."""

import csv

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from annuaire.models import Etablissement
from annuaire.reads import export_ror
from tests.annuaire.ror_resources import FINESS, OTHER, hospital, lieu, offre
from tests.annuaire.test_ror_sync import NOW, enter, sync
from tests.factories import CoordinationFactory, EtablissementFactory, UniteFactory

pytestmark = pytest.mark.django_db
# As the ROR's own follow-up reads them; whoever renames one breaks somebody else's view.
COLUMNS = "Finess;NomEtablissement;CodeRegion;Domaine;EtatVT;EtatSynchronisationROR;DateSynchronisation"


@pytest.fixture
def hopital():
    """Synchronised; of two domaines."""
    etablissement = EtablissementFactory(finess=FINESS, nom="CH d’Arvigne", coordination__region__code="99")
    UniteFactory(etablissement=etablissement, nom="SMR gériatrique", domaine="sanitaire")
    sync(*hospital(offre(lits=20), lieu(lits=20)))
    enter(etablissement)
    UniteFactory(etablissement=etablissement, nom="Accueil", domaine="handicap")
    UniteFactory(etablissement=etablissement, nom="Fermée", domaine="tnd", closed_at=NOW)
    return etablissement


def test_exact_columns_and_values(hopital, tmp_path):
    """By the command; the état with its typographic apostrophe, Handicap by its code."""
    EtablissementFactory(finess=OTHER, nom="Clinique des Saules", coordination=hopital.coordination)
    Etablissement.objects.filter(finess=OTHER).update(closed_at=timezone.now())
    EtablissementFactory(finess=None, nom="Sans numéro")
    file = tmp_path / "ror.csv"
    call_command("export_ror", str(file))
    head, *lines = file.read_text(encoding="utf-8").splitlines()
    assert head == COLUMNS == ";".join(export_ror.HEADS)
    active = "Ouvert;Mise à jour de l’offre active;2026-11-29"
    assert lines == [
        f"{FINESS};{Etablissement.objects.get(finess=FINESS).nom};99;4;{active}",
        f"{FINESS};{Etablissement.objects.get(finess=FINESS).nom};99;Sanitaire;{active}",
        f"{OTHER};Clinique des Saules;99;;Fermeture Définitive;Non synchronisé;",
    ]
    assert [tuple(row) for row in csv.reader(lines, delimiter=";")] == list(export_ror.rows())


def test_of_some_alone_and_in_as_many_statements(hopital):
    """What a report of one territory asks."""
    elsewhere = EtablissementFactory(finess=OTHER, coordination=CoordinationFactory())
    mine = Etablissement.objects.filter(coordination=hopital.coordination)
    assert {one.finess for one in export_ror.rows(mine)} == {FINESS}
    assert {one.finess for one in export_ror.rows()} == {FINESS, OTHER}
    with CaptureQueriesContext(connection) as few:
        list(export_ror.rows())
    for n in range(6):
        EtablissementFactory(finess=f"99000088{n}", coordination=elsewhere.coordination)
    with CaptureQueriesContext(connection) as many:
        found = list(export_ror.each())
    assert len(few) == len(many)
    assert [len(lignes) for one, lignes in found if one == hopital] == [2]
