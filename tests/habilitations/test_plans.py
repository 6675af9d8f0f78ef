"""Lists walk an index in the order asked for, whatever the number of rows (`make bench` has the figures)."""

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import User
from habilitations.reads import search
from habilitations.reads.revue import Choix, Revue
from tests import plans
from tests.factories import CoordinationFactory, as_professionnel, referent_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def as_if_rows_were_many():
    plans.as_if_rows_were_many("seqscan", "bitmapscan", "sort")


def test_an_account_is_known_without_reading_all_of_them():
    assert "Seq Scan on accounts_user" not in User.objects.known_as(["cmaurel"]).explain()


@pytest.mark.parametrize(
    "typed", [{"nom": "ma"}, {"identifiant": "cm"}, {"nom": "ma", "prenom": "cl"}], ids=str
)
def test_a_search_walks_the_names_and_stops(typed):
    asked = dict.fromkeys(("nom", "prenom", "identifiant", "email"), "") | typed
    plan = search._matching(**asked).order_by("nom_cle", "prenom_cle", "pk")[:50].explain()
    assert "habilitations_compte_nom" in plan
    assert "Sort" not in plan


def test_the_share_reviewed_is_read_in_each_index_of_a_coordination():
    """HAB-11: whichever of them counts the lines of a page."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname LIKE 'habilitations_coord_%'")
        found = [definition for (definition,) in cursor.fetchall()]
    assert [" INCLUDE (" in one and "reviewed_on" in one for one in found] == [True] * 3


@pytest.mark.parametrize("descending", ["", "-"])
@pytest.mark.parametrize("tri", ["nom", "profil", "fin"])
def test_the_revue_of_a_coordination_walks_its_index(tri, descending):
    actor = as_professionnel(referent_of(CoordinationFactory()))
    revue = Revue(actor, Choix(tri=f"{descending}{tri}"), today=timezone.localdate())
    plan = revue.pks()[:50].explain()
    assert f"Index Only Scan{' Backward' if descending else ''} using habilitations_coord_{tri}" in plan
    assert "Sort" not in plan
