"""The whole way by the real programs: Chromium, the product, the programme du poste, a token of SoftHSM2."""

import pytest

from tests.browser.story import see
from tests.factories import MedecinFactory
from tests.looks import WIDTHS, objections
from tests.patience import PAGE
from tests.poste.conftest import PIN

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def at_the_reader(new_context, live_server, settings, poste, insert):
    """From the médecin's door to the programme's own page; the card is in."""
    MedecinFactory(nom="Leclercq", prenom="Christine", login="899100045771")
    insert()
    settings.CARD_READER_URL = poste(live_server.url)

    def go(**options):
        page = new_context(**options).new_page()
        page.set_default_timeout(PAGE)
        page.goto(f"{live_server.url}/connexion/medecin/")
        page.get_by_role("button", name="Se connecter par CPS").click()
        page.get_by_role("link", name="Lire ma carte", exact=True).click()
        page.wait_for_url(f"{settings.CARD_READER_URL}**")
        see(page, live_server.url, where="main")
        return page

    return go


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_a_card_opens_the_session(at_the_reader, scripts):
    page = at_the_reader(java_script_enabled=scripts)
    page.get_by_label("Code porteur").fill("9999")
    page.get_by_role("button", name="Valider").click()
    see(page, "Il reste 2 essais", where="main")
    page.get_by_label("Code porteur").fill(PIN)
    page.get_by_role("button", name="Valider").click()
    if not scripts:
        page.get_by_role("button", name="Revenir au site").click()
    page.wait_for_url("**/medecin/")
    see(page, "Dr Christine Leclercq")


@pytest.mark.parametrize("width", WIDTHS)
def test_its_pages(at_the_reader, width):
    page = at_the_reader(viewport={"width": width, "height": 844})
    assert objections(page) == []


def test_three_wrong_codes_lead_to_the_site_s_own_page(at_the_reader, live_server):
    page = at_the_reader()
    for _ in range(3):
        page.get_by_label("Code porteur").fill("9999")
        page.get_by_role("button", name="Valider").click()
    page.get_by_role("link", name="Revenir au site").click()
    page.wait_for_url(f"{live_server.url}/connexion/carte/echec/?motif=blocked")
    see(page, "Votre carte est bloquée", where="main")
