"""A dossier on paper and its history, without script, at two widths, before axe (DOS-5)."""

import pytest
from django.conf import settings
from playwright.sync_api import expect

import dossiers.actions
from tests.browser.story import see
from tests.browser.test_journal import session_of, signed_in
from tests.dossiers.factories import DossierFactory
from tests.factories import (
    EtablissementFactory,
    HabilitationFactory,
    MedecinFactory,
    UniteFactory,
    as_medecin,
)
from tests.looks import WIDTHS, objections
from tests.papers import Lu

pytestmark = pytest.mark.django_db(transaction=True)
LONG = "\n".join(f"Ligne {number} de l’histoire de la maladie." for number in range(120))


@pytest.fixture
def medecin():
    return MedecinFactory(nom="Leclercq", prenom="Christine")


@pytest.fixture
def dossier(medecin):
    made = DossierFactory(auteur=medecin, orientation="grand_age", volet="Veuve depuis 2001.", medical=LONG)
    dossiers.actions.read(made, by=as_medecin(medecin))
    return made


@pytest.mark.parametrize("width", WIDTHS)
def test_printed_and_downloaded_without_script(new_context, live_server, medecin, dossier, width):
    page = signed_in(new_context, live_server, medecin, width=width)
    page.goto(live_server.url + dossier.get_absolute_url())
    page.get_by_role("link", name="Imprimer", exact=True).click()
    see(page, "Imprimé par Dr Christine Leclercq")
    see(page, "Veuve depuis 2001.")
    expect(page.get_by_role("button", name="Imprimer cette page")).to_be_hidden()
    page.go_back()
    with page.expect_download() as downloaded:
        page.get_by_role("link", name="Demande d’admission (PDF)").click()
    assert downloaded.value.suggested_filename == f"dossier-{dossier.numero}.pdf"
    assert "Ligne 119 de l’histoire" in Lu(downloaded.value.path().read_bytes()).text
    page.get_by_role("link", name="Afficher tout l’historique").click()
    expect(page.locator("#lecteurs tbody tr")).to_have_count(1)
    page.get_by_label("Actions (facultatif)").select_option("consultations")
    page.get_by_role("button", name="Afficher").click()
    see(page, "a téléchargé la demande d’admission en PDF (volet médical, volet administratif)")
    page.get_by_role("link", name="Imprimer", exact=True).click()
    see(page, "Seulement Actions")


@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing(new_context, live_server, medecin, dossier, width):
    page = _with_script(new_context, live_server, medecin, width)
    for tail in ("", "imprimer/", "historique/", "historique/imprimer/", "historique/?debut=31/02/2026"):
        page.goto(live_server.url + dossier.get_absolute_url() + tail)
        assert objections(page) == [], tail


def test_on_paper_there_is_no_navigation_and_no_line_is_lost(new_context, live_server, medecin, dossier):
    page = _with_script(new_context, live_server, medecin, 1280)
    page.goto(f"{live_server.url}{dossier.get_absolute_url()}imprimer/")
    expect(page.get_by_role("button", name="Imprimer cette page")).to_be_visible()
    paper = Lu(page.pdf(format="A4"))
    for number in (0, 60, 119):
        assert f"Ligne {number} de l’histoire" in paper.text
    assert "Imprimé par Dr Christine Leclercq" in paper.text
    for words in (
        "Documentation",
        "Imprimer cette page",
        "Mentions légales",
        "Modifier l’identité",
        "Accueil",
    ):
        assert words not in paper.text
    assert paper.outside(margin=20) == []


@pytest.mark.parametrize("width", WIDTHS)
def test_in_mode_anonyme(new_context, live_server, width):
    unite = UniteFactory(etablissement=EtablissementFactory(nom="CH de Saint-Aubin"))
    dossier = DossierFactory(auteur=None, lieu=unite, medical=LONG)
    row = HabilitationFactory(lieu=unite, profil="prescripteur_medical")
    row.droits.create(domaine="sanitaire", droit="tableau_demandeur", mode="anonyme")
    page = _with_script(new_context, live_server, row.user, width)
    for tail in ("imprimer/", "historique/"):
        page.goto(live_server.url + dossier.get_absolute_url() + tail)
        expect(page.locator("main")).not_to_contain_text("Garricou")
        expect(page.locator("main")).not_to_contain_text(row.user.nom if tail == "historique/" else "Ligne 1")
        assert objections(page) == []


def _with_script(new_context, live_server, user, width):
    context = new_context(viewport={"width": width, "height": 844})
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session_of(user), "url": live_server.url}
    context.add_cookies([cookie])
    return context.new_page()
