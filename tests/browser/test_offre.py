"""The directory for everybody, and pages of what a unit offers, on a desk and a telephone (ANN-2, ANN-3)."""

import pytest
from django.utils import timezone

from annuaire.models import Commune, Concept, Departement, Nomenclature, Region
from annuaire.natures import Nature
from annuaire.reads import couvertures
from tests import factories
from tests.browser.story import Person
from tests.looks import NARROWEST, objections

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def had():
    region = Region.objects.create(code="Z6", nom="Région")
    departement = Departement.objects.create(code="31", nom="Haute-Garonne", region=region)
    place = {"latitude": 43.6, "longitude": 1.44}
    known = {"departement": departement, "position_origine": "finess", **place}
    Commune.objects.create(code="31555", nom="Toulouse", codes_postaux=["31000"], **known)
    Commune.objects.create(code="31483", nom="Saint-Gaudens", departement=departement)
    noms = Nomenclature.objects.create(
        code="PATHOLOGIES", nom="Pathologies", version="1", sha256="0" * 64, chargee_le=timezone.now()
    )
    for code, groupe in (("AVC", "Système nerveux"), ("SEP", "Système nerveux"), ("BPC", "Poumon")):
        Concept.objects.create(
            nomenclature=noms, code=code, libelle=f"Pathologie {code}", groupe=groupe, depuis="1"
        )
    etablissement = factories.EtablissementFactory(
        nom="HAD d’Arvigne",
        finess="310000017",
        coordination=factories.CoordinationFactory(departement=departement),
        **place,
    )
    return factories.UniteFactory(etablissement=etablissement, nature=Nature.HAD, nom="HAD Nord")


@pytest.fixture
def at_work(new_context, live_server, post_office):
    def arrive(user, width, scripts=True):
        context = new_context(viewport={"width": width, "height": 844}, java_script_enabled=scripts)
        return Person(context, live_server.url, user, post_office).is_in()

    return arrive


@pytest.mark.parametrize(("width", "scripts"), [(1280, True), (NARROWEST, False)], ids=["bureau", "mobile"])
def test_a_referent_answers_the_thesaurus_and_says_where_his_had_goes(at_work, had, width, scripts):
    referent = at_work(factories.referent_of(had), width, scripts)
    referent.opens(f"/administration/unites/{had.pk}/")
    referent.clicks("Mettre à jour le champ Thésaurus des pathologies").clicks("Système nerveux")
    referent.page.locator("[name=assuree-AVC]").select_option("oui")
    referent.presses("Enregistrer et passer au groupe suivant").sees("Poumon", "est enregistré")
    referent.opens(f"/administration/unites/{had.pk}/")
    referent.clicks("Mettre à jour le champ Couverture géographique")
    referent.page.get_by_text("Ajouter une liste").click()
    referent.types(ajout="Nulle-Part").presses("Enregistrer").sees("Ligne 1", "Nulle-Part")
    referent.types(ajout="31\nsauf Toulouse").presses("Enregistrer").sees("Sauf Toulouse (31)")
    referent.types(zone="saint-gau").presses("Chercher").sees("1 zone trouvée")
    referent.ticks("Sauf Saint-Gaudens (31)").presses("Enregistrer").sees("est enregistrée")
    assert had.prises_en_charge.get().assuree
    assert [str(one) for one in couvertures.zones(had)] == [
        "departement:31",
        "sauf commune:31483",
        "sauf commune:31555",
    ]


@pytest.mark.parametrize("width", [1280, 390])
def test_axe_has_no_objection(at_work, had, width):
    coordination = had.etablissement.coordination
    referent = at_work(factories.referent_of(coordination), width)
    above = f"/administration/unites/{had.pk}"
    for path, said in {
        f"{above}/thesaurus/": "Système nerveux",
        f"{above}/thesaurus/systeme-nerveux/": "Pathologie AVC",
        f"{above}/couverture/": "Chercher une zone",
        f"/administration/coordinations/{coordination.pk}/": "Modules déployés",
        f"/administration/coordinations/{coordination.pk}/couverture/": "Saint-Gaudens",
        "/administration/etablissements/": "Fiche de la coordination",
    }.items():
        referent.opens(path).looks(said)


@pytest.mark.parametrize(("width", "scripts"), [(1280, True), (390, True), (NARROWEST, False)])
def test_anybody_finds_an_etablissement(new_context, live_server, had, width, scripts):
    """By keyboard alone, without an account."""
    context = new_context(viewport={"width": width, "height": 844}, java_script_enabled=scripts)
    page = context.new_page()
    page.goto(f"{live_server.url}/annuaire/")
    page.get_by_label("Commune ou code postal").focus()
    page.keyboard.type("toulouse")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="HAD d’Arvigne").press("Enter")
    page.get_by_role("heading", name="HAD Nord").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    if scripts:
        assert objections(page) == []
        page.go_back()
        page.get_by_role("link", name="HAD d’Arvigne").wait_for()
        assert objections(page) == []
