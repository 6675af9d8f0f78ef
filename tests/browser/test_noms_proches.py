"""«Noms proches»: the search of a confrère and the cover both lead to the name one meant (ANN-5, DEL-3)."""

import pytest

from tests.annuaire import files
from tests.browser.story import Person

pytestmark = pytest.mark.django_db(transaction=True)
ROUEN = {"code_postal": "76000", "commune": "ROUEN"}


@pytest.fixture
def leclerc(leclercq):
    """Three surnames near each other; the one of `leclercq` is her own, who is never proposed to herself."""
    for idnat, nom in (
        ("899000000011", "LECLERC"),
        ("899000000094", "LECLERQUE"),
        ("899000000003", "DURANDEAU"),
    ):
        files.add(idnat=idnat, nom=nom, prenom="Hélène", **ROUEN)


@pytest.fixture(params=[(1280, True), (390, False)], ids=["bureau", "mobile sans script"])
def medecin(request, new_context, live_server, post_office, leclercq, leclerc):
    width, scripts = request.param
    context = new_context(viewport={"width": width, "height": 844}, java_script_enabled=scripts)
    return Person(context, live_server.url, leclercq, post_office).is_in()


def test_pressed_in_the_search_of_a_confrere(medecin):
    medecin.opens("/medecin/delegations/confrere/?nom=leclrec&code_postal=69003").sees("Noms proches")
    medecin.presses("LECLERC").sees("LECLERC")
    medecin.reads(nom="LECLERC", code_postal="69003")
    medecin.sees("Ailleurs en France, 1 médecin de ce nom")


def test_pressed_in_a_cover(medecin):
    """A button: the dates and the message that were typed stay."""
    medecin.opens("/medecin/delegations/absence/").types(nom="leclrec", code_postal="69003", message="Merci.")
    medecin.presses("Rechercher").sees("Noms proches")
    medecin.presses("LECLERC").sees("voici ceux d’ailleurs")
    medecin.reads(nom="LECLERC", message="Merci.")
    medecin.ticks("LECLERC")
