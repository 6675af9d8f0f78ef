"""The header: one line on a phone, who one is, menus without script or mouse, «au nom de» in sight."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from tests.dossiers.factories import DossierFactory
from tests.factories import (
    DelegationFactory,
    EtablissementFactory,
    HabilitationFactory,
    MedecinFactory,
    referent_of,
    sign_in,
)
from tests.habilitations.test_a_faire import ask
from tests.looks import objections

pytestmark = pytest.mark.django_db(transaction=True)
LONG = {"prenom": "Marie-Christine", "nom": "de La Rochefoucauld"}
DESK, PHONE, NARROW = (1280, 900), (390, 844), (320, 700)


@pytest.fixture
def visit(new_context, live_server):
    """A browser of that size where `user` is signed in; `scripts=False`: without them."""

    def open_(user, path, size, *, scripts=True, **known):
        context = new_context(viewport={"width": size[0], "height": size[1]}, java_script_enabled=scripts)
        key = sign_in(Client(), user, **known).session.session_key
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": live_server.url}])
        page = context.new_page()
        page.goto(live_server.url + path)
        return page

    return open_


@pytest.fixture
def referent(transactional_db):
    place = EtablissementFactory()
    user = referent_of(place)
    for name, value in LONG.items():
        setattr(user, name, value)
    user.save()
    ask(place)
    return user


@pytest.mark.parametrize("size", [PHONE, NARROW])
@pytest.mark.parametrize("scripts", [True, False])
def test_one_line_on_a_phone_and_one_s_whole_name(visit, referent, size, scripts):
    page = visit(referent, "/professionnel/", size, scripts=scripts)
    bar = page.locator(".entete__barre").bounding_box()
    assert bar["height"] <= 64
    assert page.locator(".entete > .page").bounding_box()["height"] <= 64
    name = page.locator(".compte__nom")
    if size == PHONE:
        assert page.evaluate("e => e.scrollHeight <= e.clientHeight + 1", name.element_handle())
    for shown in (name, page.locator(".identite img"), page.get_by_role("button", name="Menu")):
        box = shown.bounding_box()
        assert bar["y"] <= box["y"]
        assert box["y"] + box["height"] <= bar["y"] + bar["height"]
    expect(page.locator("#menu")).to_be_hidden()
    page.locator("details.compte summary").click()
    expect(page.locator(".compte__qui").get_by_text("Marie-Christine de La Rochefoucauld")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False])
def test_the_menu_of_a_phone_opens_closes_and_leads(visit, referent, scripts):
    page = visit(referent, "/professionnel/", PHONE, scripts=scripts)
    page.get_by_role("button", name="Menu", exact=True).click()
    menu = page.locator("#menu")
    expect(menu).to_be_visible()
    menu.get_by_role("button", name="Fermer le menu").click()
    expect(menu).to_be_hidden()
    page.get_by_role("button", name="Menu", exact=True).press("Enter")
    menu.locator("summary").filter(has_text="Administration").press("Enter")
    if scripts:
        assert objections(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    menu.get_by_role("link", name="Demandes d’habilitation 1 en attente").press("Enter")
    page.wait_for_url("**/administration/demandes/")


def test_escape_closes_the_menu_and_gives_the_focus_back(visit, referent):
    page = visit(referent, "/professionnel/", PHONE)
    opener = page.get_by_role("button", name="Menu", exact=True)
    opener.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('#menu') !== null")
    page.keyboard.press("Escape")
    expect(page.locator("#menu")).to_be_hidden()
    assert opener.evaluate("button => button === document.activeElement")


def test_at_the_desk_the_menu_is_open_and_has_no_button(visit, referent):
    page = visit(referent, "/professionnel/", DESK)
    expect(page.locator("#menu")).to_be_visible()
    expect(page.get_by_role("button", name="Menu", exact=True)).to_be_hidden()
    expect(page.get_by_role("button", name="Fermer le menu")).to_be_hidden()
    page.locator("#menu summary").filter(has_text="Administration").press("Enter")
    expect(page.get_by_role("link", name="Revue des habilitations").first).to_be_visible()
    assert objections(page) == []


@pytest.mark.parametrize("size", [DESK, PHONE])
def test_in_whose_name_stays_in_sight_and_hides_no_focus(visit, size, transactional_db):
    """DEL-5: also at the foot of a long page; and what the keyboard comes to is not under the band."""
    row = DelegationFactory(delegant=MedecinFactory(**LONG))
    for _ in range(25):
        DossierFactory(auteur=row.delegant)
    page = visit(row.delegataire, "/dossiers/", size, acting=row)
    band = page.locator(".au-nom-de")
    assert band.bounding_box()["height"] <= (64 if size == DESK else 96)
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    box = band.bounding_box()
    assert 0 <= box["y"] < 2
    expect(band).to_contain_text("Marie-Christine de La Rochefoucauld")
    assert objections(page) == []
    for _ in range(20):
        page.keyboard.press("Shift+Tab")
        here = page.evaluate(
            "() => { const e = document.activeElement; const box = e.getBoundingClientRect();"
            " return e.closest('.au-nom-de, .entete, .evitement') ? null : box.top }"
        )
        assert here is None or here >= box["height"] - 2


@pytest.mark.parametrize("size", [DESK, PHONE])
@pytest.mark.parametrize("scripts", [True, False])
def test_a_prolongation_is_asked_for_in_one_click_from_the_home(visit, size, scripts, transactional_db):
    """COM-9."""
    row = HabilitationFactory(fin=timezone.localdate() + timedelta(days=9))
    page = visit(row.user, "/professionnel/", size, scripts=scripts)
    if scripts:
        assert objections(page) == []
    page.get_by_role("button", name="Demander la prolongation").click()
    page.wait_for_url("**/professionnel/")
    expect(page.get_by_text("Prolongation demandée")).to_be_visible()
    expect(page.get_by_role("status").first).to_be_visible()
    if scripts:
        assert objections(page) == []
