"""A référent joins offers of the ROR to his units, activates, sees greyed fields, leaves (ANN-1, ANN-2)."""

import pytest
from playwright.sync_api import expect

from annuaire.models import Rapprochement, Unite
from annuaire.ror.refus import Refused
from tests import factories
from tests.annuaire.fiches import OF_UNITE, fill, nomenclatures
from tests.annuaire.ror_resources import FINESS, hospital, lieu, offre
from tests.annuaire.test_ror_sync import sync
from tests.browser.story import Person
from tests.looks import NARROWEST, objections

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def hopital():
    nomenclatures()
    region = factories.RegionFactory(nom="Normandie", operateur="Normand’e-Santé")
    known = {"nom": "CH d’Arvigne", "finess": FINESS, "coordination__region": region}
    etablissement = factories.EtablissementFactory(**known)
    fill(factories.UniteFactory(etablissement=etablissement, nom="SMR gériatrique"), OF_UNITE)
    factories.UniteFactory(etablissement=etablissement, nom="Consultations")
    offers = (offre(lits=24), lieu(lits=24), offre("99/002", nom="Hospitalisation à domicile du Val"))
    sync(*hospital(*offers))
    return etablissement


@pytest.mark.parametrize(("width", "scripts"), [(1280, True), (NARROWEST, False)], ids=["bureau", "mobile"])
def test_matched_activated_left(new_context, live_server, post_office, hopital, width, scripts):
    context = new_context(viewport={"width": width, "height": 844}, java_script_enabled=scripts)
    referent = Person(context, live_server.url, factories.referent_of(hopital), post_office).is_in()
    page = referent.page

    def looks_well():
        if scripts:
            assert objections(page) == []

    referent.opens(f"/administration/etablissements/{hopital.pk}/synchronisation/")
    referent.sees("Rapprochement à faire", "Normand’e-Santé", "4 réponses attendues")
    looks_well()
    page.get_by_role("link", name="Rapprocher", exact=True).click()
    same = page.get_by_label("Unité correspondante, SMR gériatrique")
    looks_well()
    same.select_option(str(Unite.objects.get(nom="SMR gériatrique").pk))
    page.get_by_label("Unité correspondante, Hospitalisation à domicile du Val").select_option("nouvelle")
    page.get_by_label("Réponse, Consultations").select_option("hors_ror")
    referent.presses("Enregistrer les réponses").sees("3 réponses enregistrées", "Tout est rapproché")
    looks_well()
    page.get_by_role("link", name="Voir ce qui va changer").first.click()
    referent.sees("Ce qui va changer", "Lits et places", "24")
    looks_well()
    referent.presses("Activer la mise à jour").sees("Mise à jour de l’offre active", "est active")
    looks_well()
    unite = Unite.objects.get(nom="SMR gériatrique")
    referent.opens(f"/administration/unites/{unite.pk}/modifier/identite/")
    expect(page.locator("[name=nom]")).not_to_be_editable()
    referent.opens(f"/administration/etablissements/{hopital.pk}/synchronisation/")
    referent.presses("Arrêter la mise à jour").sees("est arrêtée")
    referent.opens(f"/administration/unites/{unite.pk}/modifier/identite/")
    expect(page.locator("[name=nom]")).to_be_editable()
    assert Rapprochement.objects.standing().count() == 3


@pytest.mark.parametrize(("width", "scripts"), [(1280, True), (NARROWEST, False)], ids=["bureau", "mobile"])
def test_runs_are_followed(new_context, live_server, post_office, hopital, width, scripts):
    """ANN-7: a coordination reads what a run has brought, and from there the sheet that it concerns."""
    with pytest.raises(Refused):
        sync()
    context = new_context(viewport={"width": width, "height": 844}, java_script_enabled=scripts)
    known = factories.referent_of(hopital.coordination)
    coordination = Person(context, live_server.url, known, post_office).is_in()
    page = coordination.page
    coordination.opens("/administration/deploiement/")
    page.get_by_role("main").get_by_role("link", name="Relevés du ROR").click()
    coordination.sees("Terminé", "2 offres nouvelles", "Refusé", "ne contient aucun établissement")
    if scripts:
        assert objections(page) == []
    page.get_by_role("link", name="29/11/2026").last.click()
    coordination.sees("Ce qui a été lu", "CH d’Arvigne", "2 offres nouvelles")
    if scripts:
        assert objections(page) == []
    page.get_by_role("link", name="CH d’Arvigne").click()
    coordination.sees("Ce que disent les états", "Le ROR tient la fiche à jour")
