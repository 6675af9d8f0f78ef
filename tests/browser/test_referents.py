"""The référent's pages and one's own: axe 0, no sideways scroll; the steps of a fiche without script."""

import pytest
from django.conf import settings
from django.test import Client

from habilitations.models import Habilitation
from tests.browser.story import see
from tests.browser.test_pages import browse as browse
from tests.factories import EtablissementFactory, HabilitationFactory, UniteFactory, referent_of, sign_in
from tests.looks import WIDTHS

pytestmark = pytest.mark.django_db(transaction=True)
ADMIN = "/administration/"
PAGES = [
    f"{ADMIN}comptes/",
    f"{ADMIN}comptes/creer/",
    f"{ADMIN}comptes/{{user}}/",
    f"{ADMIN}comptes/{{user}}/droits/",
    f"{ADMIN}comptes/{{user}}/modifier/",
    f"{ADMIN}comptes/{{user}}/adresse-e-mail/",
    f"{ADMIN}comptes/{{user}}/debloquer/",
    f"{ADMIN}comptes/{{user}}/depart/",
    f"{ADMIN}comptes/attribuer/?compte={{user}}",
    f"{ADMIN}comptes/attribuer/equipe_soignante/?compte={{user}}",
    f"{ADMIN}habilitations/{{row}}/droits/",
    f"{ADMIN}habilitations/{{row}}/fin/",
    f"{ADMIN}habilitations/{{row}}/supprimer/",
    f"{ADMIN}habilitations/lot/prolonger/?choix={{row}}",
    f"{ADMIN}habilitations/lot/supprimer/?choix={{row}}",
    "/mes-referents/",
    "/mes-droits/?droit=envoi",
    "/mon-compte/",
]


@pytest.fixture
def row():
    return HabilitationFactory(lieu=UniteFactory(etablissement=EtablissementFactory(nom="CH de Saint-Aubin")))


@pytest.fixture
def session(row):
    return sign_in(Client(), referent_of(row.etablissement)).cookies[settings.SESSION_COOKIE_NAME].value


@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing_and_nothing_scrolls_sideways_for_referents(browse, row, session, width):
    paths = [path.format(user=row.user_id, row=row.pk) for path in PAGES]
    assert browse(paths, width=width, session=session) == {}
    above = sign_in(Client(), referent_of(row.coordination)).cookies[settings.SESSION_COOKIE_NAME].value
    wide = [f"{ADMIN}comptes/{row.user_id}/desactiver/", f"{ADMIN}orphelines/", f"{ADMIN}profils/"]
    assert browse(wide, width=width, session=above) == {}
    own = sign_in(Client(), row.user).cookies[settings.SESSION_COOKIE_NAME].value
    mine = [f"/mes-referents/{row.pk}/", f"/mon-compte/habilitations/{row.pk}/renoncer/", "/mes-droits/"]
    assert browse(mine, width=width, session=own) == {}


def test_search_give_check_without_script(new_context, live_server, row, session):
    """TM08: search, tick, choose a profile and a place, check, give."""
    context = new_context(java_script_enabled=False)
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
    page = context.new_page()
    page.goto(f"{live_server.url}{ADMIN}comptes/")
    page.get_by_label("Nom", exact=True).fill(row.user.nom)
    page.get_by_role("button", name="Rechercher").click()
    page.get_by_label(f"Choisir {row.user.nom_complet}").check()
    page.get_by_role("button", name="Attribuer une habilitation aux personnes cochées").click()
    page.get_by_role("link", name="Gestionnaire administratif et social").click()
    page.get_by_label("Tout l’établissement").check()
    page.get_by_label("2 ans").check()
    page.get_by_role("button", name="Vérifier avant d’attribuer").click()
    see(page, "1 habilitation", where="main")
    page.get_by_role("button", name="Attribuer", exact=True).click()
    see(page, "Gestionnaire administratif et social", where="#attribuees")
    assert Habilitation.objects.of(row.user).count() == 2
