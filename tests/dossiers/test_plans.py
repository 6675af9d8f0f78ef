"""Lists and searches walk the indexes of a perimeter, whatever the number of dossiers (docs/adr/0053)."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dossiers import perimetres
from dossiers.perimetres import SORTS, Suite
from dossiers.reads.listes import Choix
from tests import plans
from tests.factories import (
    CoordinationFactory,
    EtablissementFactory,
    HabilitationFactory,
    MedecinFactory,
    UniteFactory,
    as_medecin,
    as_professionnel,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def as_if_rows_were_many():
    plans.as_if_rows_were_many("seqscan", "bitmapscan")


@pytest.mark.parametrize(
    ("lieu", "profil", "index"),
    [
        (UniteFactory, "prescripteur_medical", "dossiers_chez_unite"),
        (EtablissementFactory, "prescripteur_medical", "dossiers_chez_etablissement"),
        (CoordinationFactory, "accompagnant_medico_social", "dossiers_par_coordination"),
        (CoordinationFactory, "regulateur_ga", "dossiers_chez_coordination"),
    ],
    ids=lambda said: said if isinstance(said, str) else "",
)
def test_a_perimeter_is_read_in_its_index_alone(lieu, profil, index):
    actor = as_professionnel(HabilitationFactory(lieu=lieu(), profil=profil).user)
    plan = perimetres.perimetre(actor).explain()
    assert f"Index Only Scan using {index}" in plan


@pytest.mark.parametrize("sort", SORTS)
def test_a_list_is_sorted_and_filtered_in_its_index_alone(sort):
    actor = as_professionnel(HabilitationFactory(lieu=UniteFactory(), profil="prescripteur_medical").user)
    with CaptureQueriesContext(connection) as seen:
        Suite(actor, Choix(etat="redaction"), sort)[0:50]
    plan = plans.of(seen.captured_queries[0]["sql"])
    assert "Index Only Scan using dossiers_chez_unite" in plan
    assert "Index Cond: ((unite_id = " in plan
    assert "etat" in plan.split("Index Cond: ")[1].splitlines()[0]
    assert "dossiers_dossier" not in plan


def test_a_medecins_perimeter_walks_his_presences():
    plan = perimetres.perimetre(as_medecin(MedecinFactory())).explain()
    assert "dossiers_chez_professionnel" in plan


def test_a_name_is_found_in_the_index_of_a_level_alone():
    actor = as_professionnel(HabilitationFactory(lieu=UniteFactory(), profil="prescripteur_medical").user)
    with CaptureQueriesContext(connection) as seen:
        perimetres.patients(actor, "garri", "mi", most=9)
    plan = plans.of(seen.captured_queries[0]["sql"])
    assert "Index Only Scan using dossiers_chez_unite" in plan
    assert "dossiers_dossier" not in plan
