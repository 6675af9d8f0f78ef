"""The eight steps of «Commander des statistiques», without script (OBS-1, OBS-2, OBS-3, OBS-4)."""

from io import BytesIO

import openpyxl
import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import expect

from habilitations.profils import ADMINISTRATEUR_NATIONAL
from observatoire import actions, rapports
from observatoire.models import Commande, ModeleCommande, Releve
from tests.browser.story import see
from tests.browser.test_journal import session_of, signed_in
from tests.factories import EtablissementFactory, HabilitationFactory, as_professionnel, referent_of
from tests.looks import NARROWEST, WIDTHS, objections
from tests.observatoire import rig
from tests.observatoire.conftest import folder  # noqa: F401, a fixture
from tests.observatoire.rig import SYSTEM

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("folder")]


@pytest.fixture
def referent(monkeypatch):
    monkeypatch.setitem(rapports.CATALOGUE, "SAN-99", rig.essai())
    return referent_of(EtablissementFactory(nom="Centre hospitalier de Saint-Aubin"))


def _by_the_menu(page, width, entry):
    """«Observatoire», then what stands under it; on a phone the menu is opened first, without script too."""
    if width < 600:
        page.get_by_role("button", name="Menu", exact=True).click()
    page.locator("#menu summary", has_text="Observatoire").click()
    see(page, "Commander", where=".menu__groupe")
    page.locator("#menu").get_by_role("link", name=entry, exact=True).click()


@pytest.mark.parametrize("width", [*WIDTHS, NARROWEST])
def test_the_eight_steps(new_context, live_server, referent, width):
    page = signed_in(new_context, live_server, referent, width=width)  # without script
    page.goto(f"{live_server.url}/professionnel/")
    _by_the_menu(page, width, "Sanitaire")  # 1 to 3
    page.locator("#san-99 summary").click()  # 4: «+»
    see(page, "Numéro, Texte, Jour, Part, Délai.")
    page.locator("#san-99").get_by_role("link", name="Commander").click()  # 5
    see(page, "Nous vous conseillons d’attendre")
    page.get_by_label("Entre deux dates").check()  # 6
    page.get_by_label("Du", exact=True).fill("2026-09-01")
    page.get_by_label("Au", exact=True).fill("2026-09-30")
    page.locator("summary", has_text="Ajouter des critères").click()
    page.get_by_label("Trois").check()
    page.get_by_label("Commentaire").fill("Comité de direction")
    page.get_by_role("button", name="Envoyer la demande").click()
    see(page, "Votre commande est envoyée", "En attente", "Comité de direction")
    while actions.make_next(now=timezone.now(), by=SYSTEM):
        pass
    _by_the_menu(page, width, "Consulter")  # 7
    see(page, "Les documents sont supprimés automatiquement au bout de 10 jours.", "Disponible", "3 lignes")
    with page.expect_download() as downloaded:
        page.get_by_role("link", name="Excel (.xlsx)").click()  # 8
    commande = Commande.objects.get()
    assert downloaded.value.suggested_filename == commande.download_name
    book = openpyxl.load_workbook(BytesIO(downloaded.value.path().read_bytes()))
    assert book.sheetnames == ["Données", "Critères", "Définitions"]


@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing(new_context, live_server, referent, width):
    page = _with_script(new_context, live_server, referent, width)
    rig.made(rig.ordered(as_professionnel(referent), commentaire="Comité de direction"))
    waiting = rig.ordered(as_professionnel(referent), commentaire="x" * 200)
    assert waiting.pk
    here = ["commander/sanitaire/", "commander/sanitaire/san-99/", "consulter/", "modeles/", "dictionnaire/"]
    for path in [*here, f"consulter/{waiting.pk}/modele/"]:
        page.goto(f"{live_server.url}/observatoire/{path}")
        assert objections(page) == [], path


def test_the_page_follows_by_itself_and_stops(new_context, live_server, referent):
    page = _with_script(new_context, live_server, referent, 1280)
    rig.ordered(as_professionnel(referent))
    page.goto(f"{live_server.url}/observatoire/consulter/")
    see(page, "En attente")
    while actions.make_next(now=timezone.now(), by=SYSTEM):
        pass
    see(page, "Disponible")
    expect(page.locator("[data-suivi]")).to_have_count(0)


def _with_script(new_context, live_server, user, width):
    context = new_context(viewport={"width": width, "height": 844})
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session_of(user), "url": live_server.url}
    context.add_cookies([cookie])
    return context.new_page()


@pytest.mark.parametrize("width", WIDTHS)
def test_what_is_followed(new_context, live_server, width):
    """OBS-3, OBS-4: orders that have stopped, for a référent; runs that differ, for the country."""
    hopital, now = EtablissementFactory(), timezone.now()
    holder = referent_of(hopital)
    ModeleCommande.objects.create(
        user=holder,
        rapport="SAN-05",
        niveau="etablissement",
        titre="Mois",
        periode="mois",
        jour=16,
        arret="Votre compte est désactivé.",
        arrete_le=timezone.localdate(now),
    )
    ecart = {"jour": "2026-03-01", "source": 5, "magasin": 4, "secondes_source": 9, "secondes_magasin": 9}
    Releve.objects.create(commence_at=now, fini_at=now, etat=Releve.Etat.FINI, ecarts=[ecart] * 25)
    national = HabilitationFactory(lieu=None, profil=ADMINISTRATEUR_NATIONAL.code).user
    for user, path, words in (
        (referent_of(hopital), "arrets/", "Votre compte est désactivé."),
        (national, "releves/", "Les statistiques s’écartent de la source"),
    ):
        page = _with_script(new_context, live_server, user, width)
        page.goto(f"{live_server.url}/observatoire/{path}")
        see(page, words)
        assert objections(page) == [], path
