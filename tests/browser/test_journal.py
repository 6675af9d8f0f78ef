"""The journal of a structure, folded histories: axe 0 at two widths, and without script (COM-13)."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

import dossiers.actions
from habilitations import actions
from journal.models import record
from tests.browser.story import see
from tests.browser.test_pages import browse as browse
from tests.dossiers.factories import DossierFactory, lend
from tests.factories import (
    EtablissementFactory,
    HabilitationFactory,
    MedecinFactory,
    UniteFactory,
    as_delegate,
    as_medecin,
    as_professionnel,
    referent_of,
    sign_in,
)
from tests.looks import WIDTHS, objections

pytestmark = pytest.mark.django_db(transaction=True)
JOURNAL = "/administration/journal/"


@pytest.fixture
def row():
    unite = UniteFactory(etablissement=EtablissementFactory(nom="CH de Saint-Aubin"))
    return HabilitationFactory(lieu=unite, user__nom="Lacombe", user__prenom="Maëlle")


@pytest.fixture
def referent(row):
    """He has prolonged it, and taken another away."""
    user, today = referent_of(row.etablissement), timezone.localdate()
    by = as_professionnel(user)
    fin = today + timedelta(days=400)
    actions.change_end(row, fin=fin, version=row.version, today=today, by=by)
    actions.revoke(HabilitationFactory(lieu=row.unite), now=timezone.now(), by=by)
    return user


def session_of(user) -> str:
    return sign_in(Client(), user).cookies[settings.SESSION_COOKIE_NAME].value


def signed_in(new_context, live_server, user, *, width):
    """Without script."""
    context = new_context(viewport={"width": width, "height": 844}, java_script_enabled=False)
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session_of(user), "url": live_server.url}
    context.add_cookies([cookie])
    return context.new_page()


@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing(browse, row, referent, width):
    asked = ["", "?genre=fins", "?genre=imports", "?debut=31/02/2026", f"?personne={row.user_id}"]
    assert browse([JOURNAL + one for one in asked], width=width, session=session_of(referent)) == {}


@pytest.mark.parametrize("width", WIDTHS)
def test_a_change_is_found_filtered_and_exported_without_script(
    new_context, live_server, row, referent, width
):
    page = signed_in(new_context, live_server, referent, width=width)
    page.goto(f"{live_server.url}/administration/comptes/")
    page.get_by_role("link", name="Journal de vos structures").click()
    expect(page.locator("#journal tbody tr")).to_have_count(2)
    page.get_by_label("Actions (facultatif)").select_option("fins")
    page.get_by_role("button", name="Afficher").click()
    expect(page.locator("#journal tbody tr")).to_have_count(1)
    see(page, "Maëlle Lacombe", where="#journal")
    see(page, "→", where="#journal")
    page.get_by_role("link", name="Maëlle Lacombe").click()
    see(page, "Seulement ce qui concerne Maëlle Lacombe.")
    with page.expect_download() as downloaded:
        page.get_by_role("link", name="Exporter").click()
    assert downloaded.value.suggested_filename.startswith("journal-structures-")
    page.get_by_role("link", name="Tout afficher").click()
    expect(page.locator("#journal tbody tr")).to_have_count(2)


@pytest.mark.parametrize("width", WIDTHS)
def test_readings_are_folded_and_open_without_script(new_context, live_server, width):
    medecin = MedecinFactory(nom="Leclercq", prenom="Christine")
    dossier, assistant = DossierFactory(auteur=medecin), as_delegate(lend(medecin))
    for by in (as_medecin(medecin), assistant, assistant):
        dossiers.actions.read(dossier, by=by)
    record("volet.updated", by=assistant, target=dossier, volet="volet administratif")
    page = signed_in(new_context, live_server, medecin, width=width)
    page.goto(f"{live_server.url}{dossier.get_absolute_url()}historique/")
    expect(page.locator("#historique tbody tr")).to_have_count(2)
    fold = page.get_by_text("3 consultations de 2 personnes")
    expect(page.get_by_text("2 fois, la dernière le")).to_be_hidden()
    fold.click()
    expect(page.get_by_text("2 fois, la dernière le")).to_be_visible()
    page.get_by_label("Actions (facultatif)").select_option("consultations")
    page.get_by_role("button", name="Afficher").click()
    expect(page.locator("#historique tbody tr")).to_have_count(3)


@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing_in_an_open_fold(new_context, live_server, width):
    medecin = MedecinFactory()
    dossier = DossierFactory(auteur=medecin)
    dossiers.actions.read(dossier, by=as_medecin(medecin))
    context = new_context(viewport={"width": width, "height": 844})
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session_of(medecin), "url": live_server.url}
    context.add_cookies([cookie])
    page = context.new_page()
    for path in ("", "historique/"):
        page.goto(live_server.url + dossier.get_absolute_url() + path)
        page.locator("#historique summary").first.click()
        assert objections(page) == []
