"""A médecin joins a file, hears why another is refused, opens it, takes it away, scripts or not (DOS-3)."""

import pytest
from django.conf import settings
from playwright.sync_api import expect

from dossiers.models import PieceJointe
from tests.browser.test_pages import session_of
from tests.core.files import samples
from tests.dossiers.factories import DossierFactory
from tests.looks import WIDTHS, objections

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
@pytest.mark.parametrize("width", WIDTHS)
def test_a_file_is_joined_opened_and_taken_away(new_context, live_server, leclercq, width, scripts):
    dossier = DossierFactory(auteur=leclercq)
    context = new_context(viewport={"width": width, "height": 844}, java_script_enabled=scripts)
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session_of(leclercq), "url": live_server.url}
    context.add_cookies([cookie])
    page = context.new_page()

    def look():
        assert not scripts or objections(page) == [], page.url

    page.goto(live_server.url + dossier.get_absolute_url())
    page.get_by_role("link", name="Ouvrir les pièces jointes").click()
    look()
    choose(page, "piège.pdf", samples.linked(**samples.JS))
    expect(page.get_by_role("alert").get_by_text("JavaScript")).to_be_visible()
    expect(page.get_by_label("Volet médical")).to_be_checked()
    look()
    choose(page, "compte rendu <1>.pdf", samples.pdf())
    expect(page.get_by_text("La pièce est ajoutée.")).to_be_visible()
    expect(page.get_by_role("rowheader", name="compte rendu -1-.pdf")).to_be_visible()
    look()
    with page.expect_download() as found:
        page.get_by_role("link", name="Télécharger compte rendu").click()
    assert (
        found.value.suggested_filename == f"dossier-{dossier.numero}-piece-{PieceJointe.objects.get().pk}.pdf"
    )
    page.get_by_role("link", name="Retirer compte rendu").click()
    expect(page.get_by_role("heading", name="Retirer cette pièce jointe")).to_be_visible()
    look()
    page.get_by_role("button", name="Retirer la pièce").press("Enter")
    expect(page.get_by_text("La pièce est retirée du dossier.")).to_be_visible()
    expect(page.get_by_text("Aucune pièce jointe.")).to_be_visible()


def choose(page, name, raw):
    """The volet by keyboard; the file as the system's window hands it over."""
    page.get_by_label("Volet médical").focus()
    page.keyboard.press("Space")
    sent = {"name": name, "mimeType": "application/pdf", "buffer": raw}
    page.get_by_label("Fichier", exact=True).set_input_files(sent)
    page.get_by_role("button", name="Ajouter la pièce").press("Enter")
