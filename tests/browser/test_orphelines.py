"""«Structures sans référent» › «Nommer un référent»: from the home on, at both widths, without script."""

import re

import pytest
from django.conf import settings
from django.test import Client

from habilitations.models import Habilitation
from tests.browser.story import see
from tests.factories import (
    CoordinationFactory,
    EtablissementFactory,
    HabilitationFactory,
    UserFactory,
    referent_of,
    sign_in,
)
from tests.looks import WIDTHS, objections

pytestmark = pytest.mark.django_db(transaction=True)
NOMMER = re.compile("Nommer un référent ?, CH des Tilleuls")


@pytest.fixture
def structure():
    structure = EtablissementFactory(
        nom="CH des Tilleuls", coordination=CoordinationFactory(nom="Haute-Lauze")
    )
    HabilitationFactory(lieu=structure, user__nom="Lacombe", user__prenom="Maëlle")
    return structure


@pytest.fixture
def coordination(structure):
    return referent_of(structure.coordination)


@pytest.fixture
def open_home(new_context, live_server, coordination):
    key = sign_in(Client(), coordination).cookies[settings.SESSION_COOKIE_NAME].value

    def open_home(width, *, scripts):
        context = new_context(java_script_enabled=scripts, viewport={"width": width, "height": 844})
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": live_server.url}])
        page = context.new_page()
        page.goto(f"{live_server.url}/professionnel/")
        return page

    return open_home


def give(page):
    """From «Nommer» on: nothing is left to choose."""
    see(page, "Attribuer le profil «\u00a0Référent structure\u00a0»", where="main")
    page.get_by_role("button", name="Vérifier avant d’attribuer").click()
    see(page, "1 habilitation", "CH des Tilleuls", where="main")
    page.get_by_role("button", name="Attribuer", exact=True).click()


@pytest.mark.parametrize("width", WIDTHS)
def test_naming_who_works_there_without_script(open_home, structure, width):
    """COM-8: four presses from the home, and the structure has left the list."""
    page = open_home(width, scripts=False)
    page.get_by_role("link", name="1 structure sans référent").click()
    see(page, "CH des Tilleuls", "Jamais nommé", where="#orphelines")
    page.get_by_role("link", name=NOMMER).click()
    page.get_by_role("link", name="Nommer Maëlle Lacombe").click()
    give(page)
    see(page, "Toutes vos structures ont un référent.", where="main")
    row = Habilitation.objects.get(user__nom="Lacombe", profil="referent_structure")
    assert row.etablissement == structure


@pytest.mark.parametrize("width", WIDTHS)
def test_naming_somebody_else_without_script(open_home, structure, width):
    """Whom nobody there would be: searched for, then the same path; a wrong name says what to do next."""
    person = UserFactory(nom="Quelquun", prenom="Dautre")
    page = open_home(width, scripts=False)
    page.get_by_role("link", name="1 structure sans référent").click()
    page.get_by_role("link", name=NOMMER).click()
    page.get_by_label("Nom", exact=True).fill("introuvable")
    page.get_by_role("button", name="Rechercher").click()
    see(page, "Aucun compte trouvé", where="main")
    page.get_by_label("Nom", exact=True).fill("quelqu")
    page.get_by_role("button", name="Rechercher").click()
    page.get_by_role("link", name=f"Nommer {person.nom_complet}").click()
    give(page)
    see(page, "Toutes vos structures ont un référent.", where="main")
    assert Habilitation.objects.filter(user=person, profil="referent_structure").exists()


@pytest.mark.parametrize("width", WIDTHS)
def test_each_page_of_the_way_is_calm(open_home, structure, width):
    page = open_home(width, scripts=True)
    faults = []
    for name, sentence in (
        ("1 structure sans référent", "À pourvoir"),
        (NOMMER, "Dans cette structure"),
        ("Nommer Maëlle Lacombe", "Structures sans référent"),
    ):
        page.get_by_role("link", name=name).click()
        see(page, sentence, where="main")
        faults += objections(page)
    assert faults == []
