"""Figures of a report on screen, without script: bars, a line, nothing sideways, axe (OBS-2, OBS-7)."""

import pytest

from observatoire import rapports
from tests.browser.story import see
from tests.browser.test_journal import session_of, signed_in
from tests.browser.test_pages import browse as browse
from tests.factories import CoordinationFactory, EtablissementFactory, referent_of
from tests.looks import WIDTHS
from tests.observatoire.test_chiffres import RAPPORT

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = "/observatoire/chiffres/sanitaire/san-99/"


@pytest.mark.parametrize("width", WIDTHS)
def test_figures_on_screen(new_context, live_server, monkeypatch, width):
    monkeypatch.setitem(rapports.CATALOGUE, "SAN-99", RAPPORT)
    page = signed_in(new_context, live_server, referent_of(EtablissementFactory()), width=width)
    page.goto(f"{live_server.url}{PAGE}")
    page.get_by_label("Période").select_option(label="L’année dernière")
    page.get_by_role("button", name="Afficher").click()
    see(page, "comparé à la même période", "L’essentiel", "Douze derniers mois")
    assert page.locator("svg.barre rect").first.bounding_box()["width"] > 20


@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing(browse, monkeypatch, width):
    monkeypatch.setitem(rapports.CATALOGUE, "SAN-99", RAPPORT)
    for place in (EtablissementFactory(), CoordinationFactory()):
        assert browse([PAGE], width=width, session=session_of(referent_of(place))) == {}
