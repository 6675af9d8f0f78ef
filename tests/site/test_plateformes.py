"""«Liste des Plateformes de Coordination et d’Orientation TND»: where such a profile is held (DOS-1)."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from habilitations.reads import plateformes
from tests.factories import CoordinationFactory, EtablissementFactory, HabilitationFactory
from viatraj.core.droits import Domaine

pytestmark = pytest.mark.django_db
PAGE = "/plateformes-tnd/"


def platform(nom, **known):
    lieu = EtablissementFactory(nom=nom, **known.pop("etablissement", {}))
    return HabilitationFactory(lieu=lieu, profil=known.pop("profil", "pco_medecin"), **known)


def named() -> list[str]:
    return [one.nom for one in plateformes.open_ones(today=timezone.localdate())]


def test_an_etablissement_is_one_while_somebody_holds_its_profile():
    """DOS-1: and the near misses."""
    today, now = timezone.localdate(), timezone.now()
    orbe = platform("PCO d’Orbe", fin=today)
    HabilitationFactory(lieu=orbe.etablissement, profil="pco_secretariat")
    platform("Finie", debut=today - timedelta(days=9), fin=today - timedelta(days=1))
    platform("À venir", debut=today + timedelta(days=1))
    platform("Retirée", revoked_at=now)
    platform("Prescripteurs", profil="prescripteur_medical")
    platform("Fermée", etablissement={"closed_at": now})
    platform("Désactivé", user__disabled_at=now)
    without = CoordinationFactory(modules=[Domaine.SANITAIRE])
    platform("Non déployé", etablissement={"coordination": without})
    assert named() == ["PCO d’Orbe"]


def test_anybody_may_open_it_and_choose_a_departement(client):
    """DOS-1, DOC-1."""
    orbe, lauze = platform("PCO d’Orbe"), platform("PCO de la Lauze")
    shown = client.get(PAGE).text
    assert "PCO d’Orbe" in shown
    assert "2 plateformes" in shown
    chosen = client.get(PAGE, {"departement": lauze.etablissement.coordination_id}).text
    assert "PCO de la Lauze</th>" in chosen
    assert "PCO d’Orbe</th>" not in chosen
    assert "2 plateformes" in client.get(PAGE, {"departement": "x"}).text
    assert orbe.user.nom not in shown


def test_without_any_it_says_so(client):
    assert "Aucune plateforme" in client.get(PAGE).text


def test_it_costs_the_same_whatever_their_number(client):
    def queries():
        with CaptureQueriesContext(connection) as seen:
            client.get(PAGE)
        return len(seen)

    platform("Une"), platform("Deux")
    few = queries()
    for rank in range(9):
        platform(f"PCO {rank}")
    assert queries() == few
