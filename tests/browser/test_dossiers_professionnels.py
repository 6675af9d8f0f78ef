"""A professional's dossiers, some without names: axe 0; one is created, then cancelled (DOS-4)."""

import re

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import expect

from dossiers.models import Dossier
from habilitations.profils import PRESCRIPTEUR_MEDICAL
from tests.dossiers.factories import DossierFactory, professionnel
from tests.dossiers.fuites import Monde
from tests.factories import sign_in
from tests.looks import WIDTHS, objections
from viatraj.core.droits import Orientation

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def tab(new_context, live_server):
    def opened(user, width):
        context = new_context(viewport={"width": width, "height": 844})
        session = sign_in(Client(), user).cookies[settings.SESSION_COOKIE_NAME].value
        known = {"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}
        context.add_cookies([known])
        return context.new_page()

    return opened


@pytest.mark.parametrize("width", WIDTHS)
def test_each_page_looks_well(tab, live_server, width):
    monde = Monde()
    own = DossierFactory(auteur=None, lieu=monde.ailleurs, orientation=Orientation.SANITAIRE)
    secret = monde.secrets[Orientation.SANITAIRE]
    page = tab(monde.blind(), width)
    paths = ["/dossiers/?tri=nom", "/dossiers/creer/", "/dossiers/recherche/"]
    paths += [secret.get_absolute_url(), own.get_absolute_url(), f"{own.get_absolute_url()}etat/"]
    faults = {}
    for path in paths:
        page.goto(live_server.url + path)
        if found := objections(page):
            faults[path] = found
    assert faults == {}


def test_created_for_a_unit_then_cancelled(tab, live_server):
    monde = Monde()
    page = tab(professionnel(PRESCRIPTEUR_MEDICAL, monde.etablissement).user, max(WIDTHS))
    page.goto(f"{live_server.url}/dossiers/")
    page.get_by_role("link", name="Créer un dossier").click()
    page.get_by_label("Structure qui demande").select_option(f"unite:{monde.ailleurs.pk}")
    page.get_by_label("SMR, HAD, Soins Palliatifs").check()
    page.get_by_label("Nom de naissance du patient").fill("Villedary")
    page.get_by_label("Premier prénom de naissance").fill("Nadège")
    page.get_by_label("Date de naissance").fill("05/09/1969")
    page.get_by_label("Féminin").check()
    page.get_by_role("button", name="Créer un dossier").click()
    expect(page.get_by_text(re.compile("Le dossier .* est créé"))).to_be_visible()
    page.get_by_role("link", name="Changer l’état du dossier").click()
    page.get_by_label("Motif, si vous annulez le dossier").select_option("erreur")
    page.get_by_role("radio", name="Annuler le dossier").check()
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_text(re.compile("Le dossier .* est annulé"))).to_be_visible()
    assert Dossier.objects.get(nom="Villedary").motif == "erreur"
