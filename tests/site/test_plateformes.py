"""«Liste des Plateformes de Coordination et d’Orientation TND»: units of that kind (DOS-1)."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from annuaire.models import Commune, Departement, Region
from annuaire.natures import Nature
from annuaire.reads import plateformes
from tests.annuaire import files
from tests.factories import (
    CoordinationFactory,
    EtablissementFactory,
    MedecinFactory,
    UniteFactory,
    sign_in,
)
from viatraj.core.droits import Domaine

pytestmark = pytest.mark.django_db
PAGE = "/plateformes-tnd/"


def platform(nom, *, nature=Nature.PCO, closed_at=None, **known):
    etablissement = EtablissementFactory(nom=nom, **known)
    UniteFactory(etablissement=etablissement, nature=nature, closed_at=closed_at)
    return etablissement


def named(**asked) -> list[str]:
    return [one.nom for one in plateformes.open_ones(**asked)]


def test_an_etablissement_is_one_by_an_open_unit_of_that_kind():
    """DOS-1: and the near misses."""
    now = timezone.now()
    UniteFactory(etablissement=platform("PCO d’Orbe"), nature=Nature.SMR)
    platform("SMR", nature=Nature.SMR)
    platform("Unité fermée", closed_at=now)
    platform("Non déployé", coordination=CoordinationFactory(modules=[Domaine.SANITAIRE]))
    closed = platform("Fermé")
    closed.closed_at = now
    closed.save()
    assert named() == ["PCO d’Orbe"]


def test_those_of_the_own_departement_come_first():
    region = Region.objects.create(code="Z3", nom="Région")
    departement = Departement.objects.create(code="35", nom="Ille-et-Vilaine", region=region)
    for nom, known in (
        ("Alpha", {}),
        ("Zeta", {"coordination": CoordinationFactory(departement=departement)}),
    ):
        platform(nom, **known)
    assert named(departements=["35"])[0] == "Zeta"


def test_a_medecin_in_his_space_sees_those_of_his_practice_first(client):
    """DOS-1: as the national directory says where he works."""
    region = Region.objects.create(code="Z3", nom="Région")
    departement = Departement.objects.create(code="31", nom="Haute-Garonne", region=region)
    Commune.objects.create(code="31555", nom="Toulouse", codes_postaux=["31000"], departement=departement)
    platform("Alpha")
    platform("Zeta", coordination=CoordinationFactory(departement=departement))
    medecin = MedecinFactory()
    files.add(idnat=medecin.login, nom="DURANDEAU", prenom="Anaïs", code_postal="31000")
    shown = sign_in(client, medecin).get(PAGE).text
    assert 0 < shown.index("Zeta</th>") < shown.index("Alpha</th>")


def test_anybody_may_open_it_and_choose_a_departement(client):
    """DOS-1, DOC-1."""
    platform("PCO d’Orbe")
    lauze = platform("PCO de la Lauze")
    shown = client.get(PAGE).text
    assert "PCO d’Orbe" in shown
    assert "2 plateformes" in shown
    chosen = client.get(PAGE, {"departement": lauze.coordination_id}).text
    assert "PCO de la Lauze</th>" in chosen
    assert "PCO d’Orbe</th>" not in chosen
    assert "2 plateformes" in client.get(PAGE, {"departement": "x"}).text


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
