"""The card way in a real browser, scripts on and off, with the demonstration's reader; axe finds nothing."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from authcps import certificates
from tests.browser.story import see
from tests.looks import WIDTHS, objections
from tests.patience import PAGE
from viatraj.demo import data, people
from viatraj.demo.lecteur import cartes

pytestmark = pytest.mark.django_db(transaction=True)
FAILURES = ["/connexion/carte/echec/", "/connexion/carte/echec/?motif=blocked"]
DOCUMENTATION = ["/documentation/se-connecter/", "/documentation/carte/", "/assistance/"]


@pytest.fixture
def data_dir(settings, tmp_path_factory):
    """The demonstration's cards, made once for these tests."""
    folder = tmp_path_factory.getbasetemp() / "cartes-demo"
    settings.DATA_DIR = folder
    settings.CPS_CA_DIR, settings.CPS_CRL_DIR = (str(cartes.folder() / one) for one in ("ca", "crl"))


@pytest.fixture
def look(new_context, live_server):
    """A page at this width, with or without scripts; axe and the width are asked at each `check`."""

    def open_(path="/connexion/medecin/", *, width=1280, scripts=True):
        page = new_context(viewport={"width": width, "height": 844}, java_script_enabled=scripts).new_page()
        page.set_default_timeout(PAGE)
        page.goto(live_server.url + path)
        return page

    return open_


def check(page):
    assert objections(page) == [], page.url


def reads(page, label, pin="1234"):
    """From a door to the reader, a card and its code."""
    page.get_by_role("button", name="carte CPS").or_(page.get_by_role("button", name="par CPS")).first.click()
    page.get_by_role("link", name="Lire ma carte", exact=True).click()
    page.get_by_label(label).check()
    page.get_by_label("Code porteur").fill(pin)
    page.get_by_role("button", name="Valider").click()
    return page


@pytest.mark.parametrize("scripts", [True, False])
def test_a_medecin_signs_in_by_card(look, leclercq, data_dir, scripts):
    page = reads(look(scripts=scripts), "CPS de Christine Leclercq")
    page.get_by_role("button", name="Revenir à").click()
    page.wait_for_url("**/medecin/")
    see(page, "Dr Christine Leclercq")


def test_the_demonstration_s_support_comes_in_by_its_card(look, transactional_db, data_dir):
    """TRC-4: the person of the demonstration, with the card that its reader holds."""
    person = next(one for one in people.PEOPLE if one.role == "support")
    data._account(person, timezone.localtime())
    page = reads(look("/connexion/professionnel/", scripts=False), "CPE de Paul Ferrand")
    page.get_by_role("button", name="Revenir à").click()
    page.get_by_role("link", name="Support", exact=True).click()
    see(page, "Rechercher un compte", where="main")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_medecin_nobody_knows_is_led_to_his_first_sign_in(look, leclercq, data_dir, scripts):
    page = reads(look(scripts=scripts), "CPS de Solange Duvernay")
    page.get_by_role("button", name="Revenir à").click()
    page.wait_for_url("**/connexion/premiere/")
    see(page, "Solange")


@pytest.mark.parametrize(
    ("label", "words"),
    [
        ("CPS de Hugo Durand", "mise en opposition"),
        ("CPS de Lise Moreau", "sa date est dépassée"),
        ("CPS de Jean Garnier", "ne vient pas d’une autorité reconnue"),
    ],
)
def test_cards_that_are_refused_say_why(look, leclercq, data_dir, label, words):
    page = reads(look(), label)
    page.get_by_role("button", name="Revenir à").click()
    page.wait_for_url("**/connexion/carte/echec/**")
    see(page, words, where="main")


@pytest.mark.parametrize("label", ["CPE de Samira Berger", "CPA de Paul Leroux"])
def test_a_cpe_and_a_cpa_are_led_to_pairing(look, leclercq, data_dir, label):
    page = reads(look("/connexion/professionnel/"), label)
    page.get_by_role("button", name="Revenir à").click()
    page.wait_for_url("**/connexion/appairage/")


def test_three_wrong_codes(look, leclercq, data_dir):
    page = reads(look(), "CPS de Christine Leclercq", "9999")
    see(page, "Il reste 2 essais", where="main")
    check(page)
    for _ in range(2):
        page.get_by_label("Code porteur").fill("9999")
        page.get_by_role("button", name="Valider").click()
    page.wait_for_url("**/connexion/carte/echec/?motif=blocked")
    see(page, "Votre carte est bloquée", where="main")
    page.get_by_role("link", name="J’ai inséré ma carte CPS").or_(
        page.get_by_role("link", name="Choisir un autre moyen")
    ).click()
    reads(page, "CPS de Christine Leclercq")
    page.wait_for_url("**/connexion/carte/echec/?motif=blocked")


@pytest.mark.parametrize("width", WIDTHS)
def test_the_pages_of_the_way(look, leclercq, data_dir, width):
    page = look(width=width)
    check(page)
    page.get_by_role("button", name="Se connecter par CPS").click()
    check(page)
    page.get_by_role("link", name="Lire ma carte", exact=True).click()
    check(page)
    page.get_by_label("Code porteur").fill("1234")
    page.get_by_role("button", name="Valider").click()
    check(page)


@pytest.mark.parametrize("width", WIDTHS)
def test_the_pages_that_help(look, live_server, width):
    page = look(width=width)
    for path in (*FAILURES, *DOCUMENTATION, "/demo/lecteur/", "/connexion/professionnel/"):
        page.goto(live_server.url + path)
        check(page)


def test_the_demonstration_s_lists_renew_themselves(data_dir):
    now = datetime.now(UTC)
    cartes.prepare(now=now)
    later = now + timedelta(days=30)
    good = certificates.read((cartes.folder() / "cartes" / "cps-899100045771.pem").read_bytes())
    folders = [str(cartes.folder() / one) for one in ("ca", "crl")]
    with pytest.raises(certificates.Refused, match="stale_crl"):
        certificates.check(good, certificates.trust_in(*folders), now=later)
    cartes.prepare(now=later)
    certificates.check(good, certificates.trust_in(*folders), now=later)
    cartes.renew_lists(now)
