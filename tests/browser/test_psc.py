"""Pro Santé Connect in a real browser, from both doors, scripts on and off; axe finds nothing on the way."""

import pytest

from accounts.models import Identite
from authcps import psc
from tests.authcps.psc.steps import CPE, LECLERCQ, REALM, TWO_EXERCICES
from tests.browser.story import see
from tests.factories import UserFactory
from tests.looks import WIDTHS, objections
from tests.patience import PAGE
from tools.servers import free_port

pytestmark = pytest.mark.django_db(transaction=True)
DOORS = {"medecin": "/connexion/medecin/", "professionnel": "/connexion/professionnel/"}


@pytest.fixture(autouse=True)
def provider(live_server, settings):
    settings.SITE_URL = live_server.url
    settings.PSC_ISSUER = live_server.url + REALM
    psc._client.cache_clear()


@pytest.fixture
def look(new_context, live_server):
    """A page at this width, with or without scripts; its console must stay free of CSP violations."""
    said = []

    def open_(path, *, width=1280, scripts=True):
        page = new_context(viewport={"width": width, "height": 844}, java_script_enabled=scripts).new_page()
        page.set_default_timeout(PAGE)
        page.on("console", lambda line: said.append(line.text) if "Content Security" in line.text else None)
        page.goto(live_server.url + path)
        return page

    yield open_
    assert said == []


def check(page):
    assert objections(page) == [], page.url


def to_psc(page):
    page.get_by_role("button", name="Se connecter par e-CPS", exact=True).click()
    page.get_by_role("heading", name="Connectez-vous", level=1).wait_for()
    return page


def identifies(page, idnat, button="Se connecter avec e-CPS"):
    page.check(f'input[value="{idnat}"]')
    page.get_by_role("button", name=button, exact=True).click()
    return page


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "none"])
def test_a_medecin_signs_in_and_out(look, leclercq, scripts):
    page = identifies(to_psc(look(DOORS["medecin"], scripts=scripts)), LECLERCQ)
    page.wait_for_url("**/medecin/")
    see(page, "Dr Christine Leclercq")
    page.locator("details.compte summary").click()
    page.get_by_role("button", name="Se déconnecter").click()
    page.wait_for_url("**/deconnexion/retour/**")
    see(page, "Déconnexion effectuée", where="h1")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "none"])
def test_a_professional_signs_in_by_the_card_tab(look, transactional_db, scripts):
    user = UserFactory(nom="Marchal", prenom="Sylvie")
    Identite.objects.create(user=user, idnat=CPE, kind=Identite.Kind.STRUCTURE)
    page = to_psc(look(DOORS["professionnel"], scripts=scripts))
    page.get_by_role("link", name="Carte CPS").click()
    identifies(page, CPE, "Se connecter avec la carte CPS")
    page.wait_for_url("**/professionnel/")
    see(page, "Sylvie Marchal")


@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing_on_the_way(look, leclercq, settings, width):
    page = look("/connexion/psc/", width=width)
    check(page)
    check(to_psc(page))
    identifies(page, TWO_EXERCICES)
    page.get_by_role("heading", name="Choisir mon exercice").wait_for()
    check(page)
    page = to_psc(look(DOORS["professionnel"], width=width))
    page.get_by_role("button", name="Annuler").click()
    page.get_by_role("heading", name="n’a pas abouti").wait_for()
    check(page)
    page.goto(settings.SITE_URL + "/deconnexion/retour/")
    check(page)
    settings.PSC_ISSUER = f"http://127.0.0.1:{free_port()}{REALM}"
    page.goto(settings.SITE_URL + "/connexion/psc/?porte=professionnel")
    page.get_by_role("button", name="Se connecter par e-CPS").click()
    page.get_by_role("heading", name="Pro Santé Connect ne répond pas").wait_for()
    check(page)
