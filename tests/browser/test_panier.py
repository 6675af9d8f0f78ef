"""Back, two tabs and the people chosen, in a real browser, at the desk and on a phone (HAB-4, adr/0039)."""

import re

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

import dossiers.actions
from accounts.models import Session
from habilitations.models import Habilitation
from tests.browser.story import see
from tests.factories import (
    EtablissementFactory,
    HabilitationFactory,
    MedecinFactory,
    UniteFactory,
    UserFactory,
    as_medecin,
    referent_of,
    sign_in,
)
from tests.looks import WIDTHS, objections
from tests.patience import PAGE
from viatraj.core.droits import Orientation

pytestmark = pytest.mark.django_db(transaction=True)
COMPTES, REVUE = "/administration/comptes/", "/administration/habilitations/revue/"
NAMES = ("Garricou", "Moreau", "Villedary")
CLICKS = 9  # to give to three people of different units


@pytest.fixture
def hopital():
    return EtablissementFactory(nom="CH de Saint-Aubin")


@pytest.fixture
def three(hopital):
    units = [
        UniteFactory(etablissement=hopital, nom=nom) for nom in ("Cardiologie", "Gériatrie", "Pédiatrie")
    ]
    people = [UserFactory(nom=nom, prenom="Anne") for nom in NAMES]
    return [
        HabilitationFactory(user=user, lieu=unite, profil="prescripteur_medical").user
        for user, unite in zip(people, units, strict=True)
    ]


class Tab:
    """One tab; counts what the hand does."""

    def __init__(self, context, url):
        self.page, self.url, self.clicks = context.new_page(), url, 0
        self.page.set_default_timeout(PAGE)

    def opens(self, path):
        self.page.goto(self.url + path)
        return self

    def clicks_on(self, name, role="button"):
        self.page.get_by_role(role, name=name, exact=role == "button").first.click()
        self.clicks += 1
        return self

    def ticks(self, label):
        self.page.get_by_label(label).check()
        self.clicks += 1
        return self

    def searches(self, nom):
        """By Enter, as one does."""
        field = self.page.get_by_label("Nom", exact=True)
        field.fill(nom)
        field.press("Enter")
        return self.sees("compte trouvé")

    def sees(self, *sentences):
        see(self.page, *sentences)
        return self

    def goes_back(self, *, times=1):
        for _ in range(times):
            self.page.go_back()
        return self

    @property
    def ticked(self) -> set[str]:
        """Whose boxes are ticked."""
        labels = self.page.locator("label:has(input[name=compte]:checked)").all_inner_texts()
        return {name for name in NAMES if name in " ".join(labels)}

    @property
    def shown(self) -> set[str]:
        rows = " ".join(self.page.locator("#comptes tbody th").all_inner_texts())
        return {name for name in NAMES if name in rows}


@pytest.fixture
def browser_of(new_context, live_server):
    def start(user, *, width=1280, script=True):
        context = new_context(viewport={"width": width, "height": 844}, java_script_enabled=script)
        key = sign_in(Client(), user).session.session_key
        cookie = {"name": settings.SESSION_COOKIE_NAME, "value": key, "url": live_server.url}
        context.add_cookies([cookie])
        return lambda: Tab(context, live_server.url)

    return start


@pytest.mark.parametrize("script", [True, False], ids=["with scripts", "without"])
@pytest.mark.parametrize("width", WIDTHS)
def test_three_people_of_three_units_and_back(browser_of, hopital, three, width, script):
    """HAB-4: chosen over three searches, given at once; the end and Back bring results and ticks."""
    tab = browser_of(referent_of(hopital), width=width, script=script)().opens(COMPTES)
    for nom in NAMES:
        tab.searches(nom).ticks(f"Choisir Anne {nom}")
        if script:
            assert objections(tab.page) == []
    tab.clicks_on("Attribuer une habilitation aux personnes cochées").sees(*(f"Anne {nom}" for nom in NAMES))
    tab.clicks_on("Équipe soignante", role="link").ticks("Tout l’établissement")
    tab.clicks_on("Vérifier avant d’attribuer").sees("3 habilitations", "rien n’est encore enregistré")
    if script:
        assert objections(tab.page) == []
    tab.clicks_on("Attribuer").sees("3 habilitations attribuées")
    assert tab.clicks <= CLICKS
    assert Habilitation.objects.filter(profil="equipe_soignante", etablissement=hopital).count() == 3
    assert (tab.shown, tab.ticked) == ({"Villedary"}, set(NAMES))
    see(tab.page, *NAMES, where="#attribuees")
    if script:
        assert objections(tab.page) == []
    tab.goes_back().sees("a déjà ce profil")  # the check page, as things stand now
    tab.goes_back(times=3).sees("3 personnes choisies")
    assert (tab.shown, tab.ticked) == ({"Villedary"}, set(NAMES))
    tab.goes_back().sees("2 personnes choisies")
    assert (tab.shown, tab.ticked) == ({"Moreau"}, {"Garricou", "Moreau"})
    tab.clicks_on("Vider la liste des personnes choisies").sees("Cochez les personnes à habiliter.")
    assert tab.ticked == set()
    tab.opens(COMPTES)
    assert Habilitation.objects.filter(profil="equipe_soignante").count() == 3


@pytest.mark.parametrize("width", WIDTHS)
def test_by_their_structure_without_a_name(browser_of, hopital, three, width):
    tab = browser_of(referent_of(hopital), width=width, script=False)().opens(COMPTES)
    tab.page.get_by_label("Structure ou unité").fill("saint-aubin")
    tab.page.get_by_label("Profil").select_option(label="Prescripteur médical")
    tab.clicks_on("Rechercher").sees("3 comptes trouvés")
    assert tab.shown == set(NAMES)


def test_two_tabs_show_each_its_own(browser_of, hopital, three):
    tab = browser_of(referent_of(hopital))
    one, other = tab().opens(COMPTES).searches("Garricou"), tab().opens(COMPTES).searches("Moreau")
    one.ticks("Choisir Anne Garricou").searches("Villedary")
    other.ticks("Choisir Anne Moreau").clicks_on("Attribuer une habilitation aux personnes cochées")
    other.sees("1 personne", "Anne Moreau")
    for tab in (one, other):
        tab.page.reload()
    assert one.ticked == {"Garricou"}
    expect(other.page.locator("main")).not_to_contain_text("Garricou")
    other.goes_back()
    one.goes_back()
    assert (one.shown, one.ticked) == ({"Garricou"}, {"Garricou"})
    assert (other.shown, other.ticked) == ({"Moreau"}, {"Moreau"})


@pytest.mark.parametrize("width", WIDTHS)
def test_back_after_the_session_has_ended(browser_of, hopital, three, width):
    """The door; then a sentence and the empty form, not an error."""
    user = referent_of(hopital)
    tab = browser_of(user, width=width, script=False)().opens(COMPTES).searches("Garricou")
    results = tab.page.url
    tab.clicks_on("Ouvrir le compte de Anne Garricou", role="link").sees("Dernière connexion")
    Session.objects.filter(user=user).delete()
    tab.goes_back()
    expect(tab.page).to_have_url(re.compile("/connexion/|suite="))
    again = browser_of(user, width=width)()
    again.page.goto(results)
    again.sees("Cette recherche n’est plus disponible")
    expect(again.page.get_by_label("Nom", exact=True)).to_have_value("")
    expect(again.page.locator("main")).not_to_contain_text("Garricou")
    assert objections(again.page) == []


@pytest.mark.parametrize("width", WIDTHS)
def test_from_the_revue(browser_of, hopital, three, width):
    """HAB-4: its ticked lines are people as well."""
    tab = browser_of(referent_of(hopital), width=width, script=False)().opens(f"{REVUE}?tri=-nom")
    for nom in NAMES:
        tab.ticks(f"Choisir Anne {nom}")
    tab.clicks_on("Attribuer aux personnes cochées").sees(*(f"Anne {nom}" for nom in NAMES))
    tab.clicks_on("Équipe soignante", role="link").ticks("Tout l’établissement")
    tab.clicks_on("Vérifier avant d’attribuer").clicks_on("Attribuer").sees("3 habilitations attribuées")
    expect(tab.page).to_have_url(re.compile(r"\?tri=-nom$"))
    assert tab.clicks <= CLICKS


@pytest.mark.parametrize("width", WIDTHS)
def test_a_patient_s_search_is_come_back_to(browser_of, width):
    """From a dossier, by Back and by the breadcrumb; no name in the address."""
    medecin = MedecinFactory()
    for nom in ("Garricou", "Garrigue"):
        dossiers.actions.create(
            orientation=Orientation.SANITAIRE,
            nom=nom,
            prenom="Michel",
            date_naissance=timezone.localdate().replace(year=1957, day=1),
            by=as_medecin(medecin),
        )
    tab = browser_of(medecin, width=width, script=False)().opens("/medecin/")
    tab.page.locator("#patients").get_by_label("Nom", exact=True).fill("garri")
    tab.clicks_on("Rechercher un patient").sees("Garricou", "Garrigue")
    assert "garri" not in tab.page.url
    tab.page.locator("#dossiers tbody a").first.click()
    tab.sees("HISTORIQUE DES ACTIONS").goes_back().sees("Garricou", "Garrigue")
    tab.page.locator("#dossiers tbody a").first.click()
    tab.page.locator(".fil").get_by_role("link", name="Rechercher").click()
    tab.sees("Garricou", "Garrigue")


@pytest.mark.parametrize("width", WIDTHS)
def test_a_confrere_s_search_is_come_back_to(browser_of, directory, leclercq, width):
    """A near name by its button, then Back, the breadcrumb and «Changer»; no name in an address."""
    tab = browser_of(leclercq, width=width, script=False)().opens("/medecin/delegations/confrere/")
    tab.page.get_by_label("Nom", exact=True).fill("Leyon")
    tab.clicks_on("Rechercher").sees("Vouliez-vous dire", "Noms proches")
    tab.page.locator(".bloc__tete button.lien", has_text="LÉON").first.click()
    tab.sees("1 médecin trouvé")
    results = tab.page.url
    tab.clicks_on("Sélectionner", role="link").sees("Période de validité").goes_back().sees(
        "1 médecin trouvé"
    )
    tab.clicks_on("Sélectionner", role="link").clicks_on("Changer", role="link").sees("1 médecin trouvé")
    expect(tab.page).to_have_url(results)
    assert "leyon" not in results.lower()
    tab.goes_back(times=3).sees("Vouliez-vous dire")


@pytest.mark.parametrize("width", WIDTHS)
def test_an_absence_is_come_back_to(browser_of, directory, leclercq, width):
    """What was typed beside the search is still there."""
    tab = browser_of(leclercq, width=width, script=False)().opens("/medecin/delegations/absence/")
    tab.page.get_by_label("Message à votre confrère").fill("Merci.")
    tab.page.get_by_label("Nom", exact=True).fill("Leon")
    tab.clicks_on("Rechercher").ticks("Dr Gabriel LÉON").clicks_on("Proposer le remplacement")
    tab.sees("Remplacement proposé").goes_back().sees("Dr Gabriel LÉON")
    expect(tab.page.get_by_label("Message à votre confrère")).to_have_value("Merci.")
