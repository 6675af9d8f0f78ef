"""Lists and searches walk the indexes of a perimeter, whatever the number of dossiers (docs/adr/0053)."""

import pytest
from django.db import connection

from dossiers import regards
from dossiers.models import Dossier
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
    """Over a few rows PostgreSQL reads them all; kept from it, it shows whether it could do otherwise."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")


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
    plan = regards.perimetre(actor).order_by("-dossier").explain()
    assert f"Index Only Scan using {index}" in plan


def test_a_medecins_perimeter_walks_his_presences():
    plan = regards.perimetre(as_medecin(MedecinFactory())).order_by("-dossier").explain()
    assert "dossiers_chez_professionnel" in plan


@pytest.mark.parametrize(
    ("column", "index"), [("nom_cle", "dossiers_patient"), ("nom_utilise_cle", "dossiers_patient_utilise")]
)
def test_a_name_is_found_in_its_index_alone(column, index):
    rows = Dossier.objects.all().named("garri", "mi", (column,)).exclude(**{column: ""})
    plan = rows.order_by(column, "prenom_cle", "pk").values_list("pk").explain()
    assert f"Index Only Scan using {index}" in plan
