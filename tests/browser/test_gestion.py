"""Support's pages: axe 0, narrow, by keyboard, with and without scripts."""

import pytest
from django.conf import settings
from django.test import Client

from tests.factories import (
    DelegationFactory,
    EtablissementFactory,
    HabilitationFactory,
    UserFactory,
    sign_in,
)
from tests.looks import WIDTHS, objections
from viatraj.core.actor import Means

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def visit(new_context, live_server):
    def open_(user, width, *, scripts=True):
        context = new_context(viewport={"width": width, "height": 844}, java_script_enabled=scripts)
        key = sign_in(Client(), user, means=Means.CPS).session.session_key
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": live_server.url}])
        page = context.new_page()
        page.goto(live_server.url + "/professionnel/")
        return page

    return open_


@pytest.fixture
def person(transactional_db):
    user = UserFactory(nom="Arnaud", prenom="Claire", email="claire.arnaud@ch-saint-aubin.example")
    HabilitationFactory(user=user, lieu=EtablissementFactory(nom="CH des Tilleuls"))
    HabilitationFactory(user=user, lieu=EtablissementFactory(nom="EHPAD Passé"), over=True)
    DelegationFactory(delegataire=user)
    return user


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scripts", [True, False])
def test_support_answers_somebody_who_telephones(visit, person, width, scripts):
    """TRC-4: from the menu to each page of an account, by keyboard."""
    page = visit(UserFactory(is_staff=True), width, scripts=scripts)
    if width == min(WIDTHS):
        page.get_by_role("button", name="Menu", exact=True).press("Enter")
    page.get_by_role("link", name="Support", exact=True).press("Enter")
    page.get_by_label("Nom", exact=True).fill("arnaud")
    page.get_by_label("Nom", exact=True).press("Enter")
    found = page.get_by_role("link", name="Arnaud Claire")
    found.wait_for()
    seen = {page.url: objections(page) if scripts else []}
    found.press("Enter")
    for tab in ("Droits effectifs", "Journal", "Envois", "État"):
        page.get_by_role("link", name=tab, exact=True).press("Enter")
        page.get_by_role("link", name=tab, exact=True).and_(page.locator("[aria-current=page]")).wait_for()
        seen[tab] = objections(page) if scripts else []
    page.get_by_role("link", name="Support", exact=True).last.press("Enter")
    page.get_by_role("link", name="Voir les envois").press("Enter")
    page.wait_for_url("**/gestion/envois/")
    seen[page.url] = objections(page) if scripts else []
    assert {place: faults for place, faults in seen.items() if faults} == {}
