"""The steps of the fiche «Mise à jour fiche annuaire», on a desk and a telephone (ANN-1, ANN-2, ANN-3)."""

import pytest
from playwright.sync_api import expect

from annuaire.models import Etablissement, Unite
from tests import factories
from tests.annuaire.fiches import OF_UNITE, fill, nomenclatures, synchronise
from tests.browser.story import Person
from tests.looks import NARROWEST

pytestmark = pytest.mark.django_db(transaction=True)
ETABLISSEMENT = "Centre hospitalier d’Arvigne"


@pytest.fixture
def unite():
    nomenclatures()
    region = factories.RegionFactory(nom="Normandie", operateur="Normand’e-Santé")
    etablissement = factories.EtablissementFactory(
        nom=ETABLISSEMENT,
        finess="990000017",
        coordination=factories.CoordinationFactory(region=region),
    )
    unite = factories.UniteFactory(etablissement=etablissement, nom="SMR gériatrique")
    fill(etablissement)
    fill(unite, OF_UNITE)
    synchronise(etablissement)
    return unite


@pytest.fixture
def at_work(new_context, live_server, post_office):
    def arrive(user, width, scripts=True):
        context = new_context(viewport={"width": width, "height": 844}, java_script_enabled=scripts)
        return Person(context, live_server.url, user, post_office).is_in()

    return arrive


@pytest.mark.parametrize(("width", "scripts"), [(1280, True), (NARROWEST, False)], ids=["bureau", "mobile"])
def test_the_steps_of_the_fiche(at_work, unite, width, scripts):
    """«Administration», «Établissements», the pencil, the descriptif; «Unités de soins», «Modifier»."""
    etablissement = unite.etablissement
    referent = at_work(factories.referent_of(etablissement), width, scripts)
    referent.opens("/professionnel/")
    if width == 1280:
        referent.page.get_by_text("Administration", exact=True).click()
        referent.clicks("Établissements")
    else:
        referent.opens("/administration/etablissements/")
    referent.sees(ETABLISSEMENT, "Mise à jour de l’offre active")
    referent.clicks("Ouvrir la fiche").sees("Informations générales", "Unités de soins", "Normand’e-Santé")
    referent.clicks("Modifier la rubrique Accueil").sees("Les données grisées viennent du ROR")
    referent.types(descriptif="Au calme, près du fleuve.").presses("Enregistrer")
    referent.sees("La fiche est enregistrée.", "Au calme, près du fleuve.", "saisie le")
    referent.clicks("Modifier la rubrique Coordonnées")
    expect(referent.page.locator("[name=adresse]")).not_to_be_editable()
    referent.types(itineraire="Ligne 4, arrêt Hôpital.").presses("Enregistrer").sees("Ligne 4")
    referent.presses("Noter la fiche comme vérifiée").sees("Fiche vérifiée le")
    referent.clicks("Unités de soins").clicks("Modifier").sees("Filière")
    referent.clicks("Modifier la rubrique Identité").types(code_interne="SMR-3").presses("Enregistrer")
    referent.clicks("Modifier la rubrique Ressources et prestations").sees("Salle d’éveil")
    referent.page.get_by_label("Télévision").uncheck()
    referent.presses("Enregistrer").sees("La fiche est enregistrée.")
    unite.refresh_from_db()
    assert unite.fiche["code_interne"] == "SMR-3"
    assert not unite.elements.filter(champ="prestations").exists()


def test_a_referent_of_a_unit_by_keyboard(at_work, unite):
    referent = at_work(factories.referent_of(unite), 1280)
    referent.opens("/administration/etablissements/").tabs_to("Ouvrir la fiche").keys("Enter")
    referent.tabs_to("Unités de soins").keys("Enter")
    referent.tabs_to("Modifier, SMR gériatrique").keys("Enter")
    referent.tabs_to("Modifier la rubrique Accueil").keys("Enter")
    referent.tabs_to("Descriptif").keys("vingt lits")
    referent.tabs_to("Enregistrer").keys("Enter").sees("La fiche est enregistrée.", "vingt lits")
    assert Unite.objects.get(pk=unite.pk).fiche["descriptif"] == "vingt lits"


def test_back_to_a_former_value(at_work, unite):
    etablissement = unite.etablissement
    fill(etablissement, {"descriptif": "Avant."})
    fill(etablissement, {"descriptif": "Après."})
    referent = at_work(factories.referent_of(etablissement), 390, scripts=False)
    referent.opens(f"/administration/etablissements/{etablissement.pk}/")
    referent.clicks("Historique du champ Descriptif").sees("Avant.", "Après.")
    referent.page.get_by_role("button", name="Revenir à cette valeur").first.click()
    referent.sees("la valeur choisie est reprise")
    assert Etablissement.objects.get(pk=etablissement.pk).fiche["descriptif"] == "Avant."


@pytest.mark.parametrize("width", [1280, 390])
def test_axe_has_no_objection(at_work, unite, width):
    etablissement = unite.etablissement
    fill(etablissement, {"descriptif": "Vu."})
    referent = at_work(factories.referent_of(etablissement), width)
    base = f"/administration/etablissements/{etablissement.pk}/"
    above = f"/administration/unites/{unite.pk}/"
    for path, said in {
        "/administration/etablissements/": ETABLISSEMENT,
        base: "Complétude de la fiche",
        f"{base}unites/": "SMR gériatrique",
        f"{base}synchronisation/": "Fraîcheur des répertoires",
        f"{base}habilitations/": "Ouvrir la revue",
        f"{base}historique/descriptif/": "Valeur actuelle",
        **{
            f"{base}modifier/{one}/": "Enregistrer"
            for one in ("identite", "coordonnees", "accueil", "service")
        },
        above: "Complétude de la fiche",
        **{
            f"{above}modifier/{one}/": "Enregistrer"
            for one in ("identite", "accueil", "lieu", "offre", "specialites")
        },
    }.items():
        referent.opens(path).looks(said)
