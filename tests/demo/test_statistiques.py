"""Orders of the demonstration: of three states, once (OBS-4)."""

import pytest
from django.utils import timezone

from observatoire.models import Commande, Etat, ModeleCommande
from tests.factories import EtablissementFactory, referent_of
from tests.observatoire.conftest import folder  # noqa: F401, a fixture
from viatraj.demo import statistiques

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folder")]


def test_three_orders_and_a_model_once():
    users, now = {statistiques.WHO: referent_of(EtablissementFactory())}, timezone.now()
    for _ in range(2):
        statistiques.make(users, now=now)
    assert dict(Commande.objects.values_list("rapport", "etat")) == {
        statistiques.ERASED: Etat.SUPPRIMEE,
        statistiques.READY: Etat.DISPONIBLE,
        statistiques.CANCELLED: Etat.ANNULEE,
    }
    assert ModeleCommande.objects.count() == 1
