"""The demonstration's ROR: received from the simulator, matched by its référents, every état seen (ANN-1)."""

import pytest
from django.utils import timezone

import annuaire.actions
from annuaire.models import Etablissement, Modification, Rapprochement, Releve, Synchronisation, Unite
from annuaire.reads import suivi
from tests.factories import as_professionnel, sign_in
from viatraj.demo import data, fiches, personnel, rapprochements, structures
from viatraj.demo.people import PEOPLE
from viatraj.demo.ror import monde
from viatraj.demo.ror.serveur import Ror

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def made(tmp_path, settings):
    """(its people, its structures), as they are when pages are first served."""
    settings.DATA_DIR, settings.ROR_NIVEAU = tmp_path, 1
    users = {person.login: data._account(person, NOW) for person in PEOPLE}
    rows = structures.make(by=data.BY)
    personnel.make(users, rows, now=NOW, by=data.BY)
    annuaire.actions.load_nomenclatures(now=NOW, by=data.BY)
    fiches.make(users, rows, now=NOW, by=data.BY)
    monde.make(data._folder(), now=NOW, broken=rows[structures.IN_ERROR].finess)
    return users, rows


def fill(made):
    rapprochements.make(*made, folder=str(data._folder()), now=NOW, by=data.BY)


def etats() -> dict[str, str]:
    return dict(Etablissement.objects.open().values_list("nom", "synchronisation"))


def test_one_region_is_synchronised_one_structure_is_to_be_matched_one_in_error(made):
    """ANN-1: by the simulator itself, at the address that `make run` gives; and the other états beside."""
    before = {one.pk: one.fiche for one in Etablissement.objects.all()}
    fill(made)
    told = etats()
    assert told.pop("Clinique des Tilleuls") == Synchronisation.A_RAPPROCHER
    assert told.pop("HAD de la Lauze") == Synchronisation.RAPPROCHE
    assert told.pop("CH de Valmont") == Synchronisation.ERREUR
    regional = [made[1][key] for key in rapprochements.REGIONAL]
    region = Etablissement.objects.open().filter(nom__in=told, coordination__in=regional)
    assert {one.nom: told[one.nom] for one in region if told[one.nom] != Synchronisation.ACTIVE} == {}
    overseas = [nom for nom in told if nom not in {one.nom for one in region}]
    assert overseas
    assert {told[nom] for nom in overseas} == {Synchronisation.A_RAPPROCHER}
    after = Etablissement.objects.all()
    assert [one.nom for one in after if not before[one.pk].items() <= one.fiche.items()] == []


def test_the_simulator_is_asked_where_it_runs(made, settings):
    """ANN-7: a real run, with its token, its export and the server's clock."""
    with Ror(data._folder()).running() as ror:
        settings.ROR_URL, settings.ROR_TOKEN_URL = ror.url, ror.token_url
        settings.ROR_CLIENT_ID, settings.ROR_CLIENT_SECRET = "viatraj", "simulateur"
        fill(made)
    releve = Releve.objects.get()
    assert (releve.etat, releve.source) == (Releve.Etat.FINI, ror.url)
    assert releve.horloge is not None
    assert etats()["CH de Saint-Aubin"] == Synchronisation.ACTIVE


def test_where_it_does_not_answer_the_rest_of_the_demonstration_stands(made, settings, capsys, monkeypatch):
    monkeypatch.setattr(rapprochements, "LOOKS", 1)
    settings.ROR_URL, settings.ROR_TOKEN_URL = "http://127.0.0.1:9/fhir", "http://127.0.0.1:9/token"
    settings.ROR_CLIENT_ID, settings.ROR_CLIENT_SECRET = "viatraj", "simulateur"
    fill(made)
    assert Releve.objects.get().etat == Releve.Etat.ATTENTE  # the beat will ask again
    assert not Rapprochement.objects.exists()
    assert capsys.readouterr().out.startswith("Relevé du ROR\u00a0: ")


def test_it_is_made_once_and_what_people_changed_stays(made):
    fill(made)
    hospital = Etablissement.objects.get(nom="EHPAD Beau-Soleil")
    annuaire.actions.leave_ror(hospital, now=NOW, by=fiches.referent(made[0]["fcastan"], NOW))
    counts = [model.objects.count() for model in (Releve, Rapprochement, Modification, Unite)]
    fill(made)
    assert counts == [model.objects.count() for model in (Releve, Rapprochement, Modification, Unite)]
    assert etats()["EHPAD Beau-Soleil"] == Synchronisation.RAPPROCHE


def test_its_people_see_the_module_alive(client, made):
    """The référent of the hospital has a pair to decide of; whoever follows the region sees the run."""
    fill(made)
    users, rows = made
    hospital = rows["ch-saint-aubin"]
    assert suivi.of(hospital).a_decider == 2
    sign_in(client, users["nelamrani"])
    at = f"/administration/etablissements/{hospital.pk}"
    assert "2 réponses attendues" in client.get(f"{at}/synchronisation/").text
    page = client.get(f"{at}/rapprochement/").text
    assert "Soins palliatifs" in page
    assert "Nadia" in page  # who has joined the others
    assert not as_professionnel(users["nelamrani"]).rights.scopes("deploiement").get("coordination")
    sign_in(client, users["cmaurel"])
    shown = client.get("/administration/ror/").text
    assert "Relevé complet" in shown
    assert "Val-d’Autan" in shown
    detail = client.get(f"/administration/ror/{Releve.objects.get().pk}/").text
    assert "CH de Valmont" in detail
    assert "1 établissement refusé" in detail
