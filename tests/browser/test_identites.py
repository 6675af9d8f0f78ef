"""A médecin scans the Datamatrix of a document: the scanner types it and presses Enter (DOS-3)."""

import pytest
from django.conf import settings
from playwright.sync_api import expect

from dossiers.models import Dossier
from tests.browser.test_pages import session_of
from tests.core.saisie.test_ins import encoded
from tests.looks import WIDTHS, objections

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
@pytest.mark.parametrize("width", WIDTHS)
def test_a_scan_fills_the_form_and_the_person_confirms(new_context, live_server, leclercq, width, scripts):
    context = new_context(viewport={"width": width, "height": 844}, java_script_enabled=scripts)
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session_of(leclercq), "url": live_server.url}
    context.add_cookies([cookie])
    page = context.new_page()
    page.goto(f"{live_server.url}/dossiers/creer/?orientation=sanitaire")
    page.get_by_label("Nom de naissance du patient").fill("Essart")
    page.get_by_label("Datamatrix INS").fill(encoded(gs=""))
    page.get_by_label("Datamatrix INS").press("Enter")
    page.get_by_text("Le Datamatrix est lu").wait_for()
    expect(page.get_by_label("Nom de naissance du patient")).to_have_value("D'ESSARTS DUMAS")
    assert not Dossier.objects.exists()
    if scripts:
        assert objections(page) == []
    page.get_by_role("button", name="Créer un dossier", exact=True).click()
    page.get_by_text("est créé").wait_for()
    assert Dossier.objects.get().prenoms == "MARIE-ANGE JEANNE"
    assert Dossier.objects.get().matricule == ""
