"""Help where it is needed: to the fiche and back, and the card from the home page (DOC-1, CON-1)."""

import os
import random
import re

import pytest
from playwright.sync_api import expect

from tests.browser.story import Person
from tests.browser.test_pages import browse as browse
from tests.factories import EtablissementFactory, UserFactory, referent_of
from tests.looks import WIDTHS
from viatraj.site.fiches import FICHES

pytestmark = pytest.mark.django_db(transaction=True)
SEED = int(os.environ.get("SEED") or 10)
DRAWN = random.Random(SEED).sample([*FICHES], len(FICHES) // 4)
REVUE = "/administration/habilitations/revue/"


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(
    "slugs", [DRAWN, pytest.param([*FICHES], marks=pytest.mark.proofs)], ids=["some", "all"]
)
def test_fiches_are_for_everybody(browse, width, slugs):
    """axe 0, no sideways scroll; one in four in `make test`, others with another SEED."""
    paths = ["/documentation/", "/plan-du-site/", *(f"/documentation/{slug}/" for slug in slugs)]
    assert browse(paths, width=width) == {}


@pytest.mark.parametrize(("width", "scripts"), [(1280, True), (390, False)])
def test_to_the_fiche_and_back(new_context, live_server, post_office, width, scripts):
    """DOC-1: with its filters, the page one came from is one click away."""
    context = new_context(viewport={"width": width, "height": 844}, java_script_enabled=scripts)
    referent = Person(context, live_server.url, referent_of(EtablissementFactory()), post_office).is_in()
    referent.opens(f"{REVUE}?vue=referents").sees("Comment faire")
    referent.clicks("Effectuer une revue des habilitations").sees("Ouvrir la revue")
    referent.clicks("Prolonger une habilitation").sees("À partir de la personne")
    referent.page.go_back()
    referent.clicks("Revenir à la page précédente").sees("Votre périmètre")
    expect(referent.page).to_have_url(re.compile(r"/revue/\?vue=referents$"))


@pytest.mark.parametrize("scripts", [True, False])
def test_the_card_begins_on_the_home_page(new_context, live_server, post_office, scripts):
    """CON-1."""
    somebody = Person(new_context(java_script_enabled=scripts), live_server.url, UserFactory(), post_office)
    somebody.opens("/").presses("S’identifier par carte CPS")
    somebody.sees("Authentification par carte CPS", "Lire ma carte", "Professionnels en établissement")
