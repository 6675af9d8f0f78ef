"""The ROR of the demonstration is held to the published examples, and publishes our own directory (ANN-7)."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import requests

from annuaire.models import Element, Etablissement
from annuaire.ror import dossier, fhir, strict
from tests.annuaire import ror_files, ror_world
from tests.annuaire.ror_world import World, names, write
from tests.factories import CoordinationFactory, EtablissementFactory, UniteFactory
from tests.patience import PATIENCE
from viatraj.demo.ror import monde, pannes
from viatraj.demo.ror.serveur import Ror

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
FOUR = {"Organization", "HealthcareService", "Location", "Practitioner"}


@pytest.fixture
def examples() -> list[dict]:
    """The published ones, which name resources that nobody has published: tied to one another here."""
    offre, location, organization, practitioner = map(ror_files.published, ror_files.ROR)
    offre["providedBy"] = {"reference": f"Organization/{organization['id']}"}
    offre["location"] = [{"reference": f"Location/{location['id']}"}]
    role = {
        "resourceType": "PractitionerRole",
        "id": "role",
        "meta": {"lastUpdated": "2023-12-20T10:00:00+01:00"},
        "practitioner": {"reference": f"Practitioner/{practitioner['id']}"},
        "healthcareService": [{"reference": f"HealthcareService/{offre['id']}"}],
    }
    return [offre, location, organization, practitioner, role]


def test_what_it_serves_of_the_published_examples_is_what_they_are(tmp_path, examples):
    with ror_world.world(tmp_path, examples) as world:
        for envoi in (world.client().by_search(), world.client().everything()):
            found = {one["id"]: one for one in envoi}
            assert found == {one["id"]: one for one in examples}
            assert {type(fhir.read(one)).__name__ for one in found.values()} >= FOUR


@pytest.fixture
def country(db):
    """A hospital with two units of which nothing is left out, and a home closed long ago."""
    coordination = CoordinationFactory(region__code="76", departement=None)
    hospital = EtablissementFactory(
        coordination=coordination, finess="310000018", nom="CH d’Arvigne", categorie="355",
        adresse="12 rue des Lilas", code_postal="31000", commune="Toulouse", latitude=43.6, longitude=1.44,
        fiche={"telephone": "+33199001234", "email": "accueil@arvigne.example", "siret": "13000548100010",
               "site": "https://www.arvigne.example/", "ouverture": "1987-09-01"},
    )  # fmt: skip
    contacts = [{"fonction": "Accueil", "telephone": "+33199001235", "confidentialite": "1"}]
    unit = UniteFactory(
        etablissement=hospital, nom="SMR polyvalent", cle_offre="76/0000001", nature="smr", type_offre="100",
        mode="28", age_min=18, age_max=120,
        fiche={"contacts": contacts, "capacites": [{"nature": "lits", "nombre": 20}]},
    )  # fmt: skip
    for champ, nomenclature, code in (
        ("activites", "TRE_R211", "172"),
        ("ressources", "TRE_R212", "098"),
        ("ressources", "TRE_R210", "0624"),
        ("ressources", "RESSOURCES", "piscine"),
        ("publics", "TRE_R239", "01"),
    ):
        Element.objects.create(
            unite=unit, champ=champ, nomenclature=nomenclature, code=code, origine="ror", depuis=NOW.date()
        )
    UniteFactory(etablissement=hospital, nom="Médecine", nature="mco")
    EtablissementFactory(coordination=coordination, finess="310000026", closed_at=NOW)
    EtablissementFactory(coordination=coordination, finess=None)
    return hospital


def test_it_publishes_our_directory(tmp_path, country):
    counts = monde.write(tmp_path, now=NOW, regions=("76",))
    assert counts == {"Organization": 2, "HealthcareService": 2, "Location": 4}
    found = {one["id"]: fhir.read(one) for one in dossier.envoi(tmp_path, now=NOW)}
    site = found["eg-310000018"]
    assert (site.niveau, site.finess, site.siret, site.nom) == (
        "EG", "310000018", "13000548100010", "CH d’Arvigne"
    )  # fmt: skip
    assert (site.adresse.voie, site.adresse.position) == (("12 rue des Lilas",), (43.6, 1.44))
    told = ["+33199001234", "accueil@arvigne.example", "https://www.arvigne.example/"]
    assert [one.valeur for one in site.contacts[0].telecoms] == told
    assert site.periode.debut.isoformat() == "1987-09-01"
    assert found[site.part_of.split("/")[1]].niveau == "EJ"
    offre = next(one for one in found.values() if getattr(one, "cle", "") == "76/0000001")
    assert (offre.nom, offre.champ.code, offre.type_offre.code) == ("SMR polyvalent", "02", "100")
    assert (offre.age_min.valeur, offre.publics[0].code, offre.activites[0].code) == (18, "01", "172")
    assert (offre.codes("TRE_R213")[0].code, offre.codes("TRE_R210")[0].code) == ("28", "0624")
    beds = found[offre.lieux[0].split("/")[1]]
    assert (beds.capacites[0].nombre, beds.equipements[0].genre.code) == (20, "098")
    assert {one.region for one in found.values()} == {"76"}


def test_addresses_of_nomenclatures_are_those_of_the_examples(tmp_path, country):
    monde.write(tmp_path, now=NOW)
    ours = set(addresses(list(dossier.envoi(tmp_path, now=NOW))))
    ours.discard("https://sirene.fr")  # which the examples spell both ways
    theirs = {
        one.rpartition("/")[2]: one for name in ror_files.ROR for one in addresses(ror_files.published(name))
    }
    both = [one for one in ours if one.rpartition("/")[2] in theirs]
    assert len(both) > 8
    assert [one for one in both if theirs[one.rpartition("/")[2]] != one] == []


def addresses(said) -> Iterator[str]:
    if isinstance(said, dict):
        yield from (said[name] for name in ("system", "url") if str(said.get(name)).startswith("http"))
        said = list(said.values())
    if isinstance(said, list):
        for one in said:
            yield from addresses(one)


def test_it_is_written_in_as_many_questions_whatever_there_is(tmp_path, country, django_assert_num_queries):
    with django_assert_num_queries(4):
        monde.write(tmp_path, now=NOW)
    for n in range(20):
        UniteFactory(etablissement=country, nom=f"Unité {n}")
    with django_assert_num_queries(4):
        monde.write(tmp_path, now=NOW)


def test_what_has_been_changed_there_is_kept(tmp_path, country):
    monde.make(tmp_path, now=NOW)
    Etablissement.objects.filter(pk=country.pk).update(nom="Autre nom")
    monde.make(tmp_path, now=NOW)
    assert "CH d’Arvigne" in (tmp_path / "Organization.ndjson").read_text()


@pytest.fixture
def world(tmp_path) -> Iterator[World]:
    with ror_world.world(tmp_path / "ror") as made:
        yield made


def test_it_answers_nobody_without_a_token_nor_without_the_four_headers(world):
    assert requests.get(f"{world.ror.url}/HealthcareService", timeout=PATIENCE).status_code == 401
    token = world.ror.new_token()["access_token"]
    bare = requests.get(
        f"{world.ror.url}/HealthcareService", headers={"Authorization": f"Bearer {token}"}, timeout=PATIENCE
    )
    assert bare.status_code == 400
    assert "Ror-Role-Metier-Code" in fhir.read(strict.loads(bare.content)).graves[0]


def test_it_refuses_a_search_that_it_does_not_understand(world):
    with pytest.raises(ValueError, match="_filter"):
        world.ror.search({"_filter": ["name eq x"]})


def test_its_folder_is_read_again_when_it_changes(tmp_path):
    with ror_world.world(tmp_path, ror_world.resources(offres=2)) as world:
        list(world.client().everything())
        write(tmp_path, ror_world.resources(offres=3))
        assert names(world.client().everything()) == names(ror_world.resources(offres=3))


@pytest.mark.parametrize("panne", pannes.CONTENU)
def test_faults_of_its_content_are_well_said(tmp_path, panne):
    """What is wrong is what the folder says: transport sees no fault."""
    with ror_world.world(tmp_path, panne=panne) as world:
        offres = [one for one in world.client().everything() if one["resourceType"] == "HealthcareService"]
    expected = {"moitie": 13, "dix_fois": 250, "offre_double": 26}
    assert len(offres) == expected.get(panne, 25)


def test_a_fault_that_nobody_knows(tmp_path):
    with pytest.raises(ValueError, match="inconnue"):
        Ror(tmp_path, panne="inconnue")


def test_an_empty_folder_is_served(tmp_path):
    with Ror(tmp_path / "rien").running() as ror:
        assert json.loads(ror.page(ror.search({}), 0))["total"] == 0
