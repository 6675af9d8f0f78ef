"""Forgotten password, change, application: by a browser, scripts off too; axe 0 on each page."""

import email
import re
from datetime import timedelta
from email import policy

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import ChangementAdresse
from authcps.models import Attempt
from tests.authcps.test_secours import code_at, with_application
from tests.browser.test_pages import session_of
from tests.factories import PASSWORD, MedecinFactory
from tests.looks import WIDTHS, objections
from tests.patience import PAGE

pytestmark = pytest.mark.django_db(transaction=True)
NEW = "la barque verte du lac"
PUBLIC = ["/mot-de-passe/oublie/", "/mot-de-passe/oublie/envoye/", "/mot-de-passe/nouveau/x.y/"]
PUBLIC += ["/mot-de-passe/enregistre/", "/mon-compte/verifier/lien/", "/mon-compte/verifier/rien/"]
ACCOUNT = ["", "mot-de-passe/", "adresse-e-mail/", "portable/", "reception/", "application/"]
ACCOUNT += ["application/retirer/", "codes-de-secours/"]


@pytest.fixture
def letters(post_office, settings):
    """Sends what is due; the words of the last one to an address."""

    def read(address):
        post_office()
        words = ""
        for path in sorted(settings.DEMO_SMTP_DIR.iterdir()):
            letter = email.message_from_bytes(path.read_bytes(), policy=policy.default)
            if address in str(letter["To"]):
                words = letter.get_body(("plain",)).get_content()
        return words

    return read


def site(context, live_server, user=None):
    if user:
        cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session_of(user), "url": live_server.url}
        context.add_cookies([cookie])
    return context.new_page()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_forgotten_password(new_context, live_server, leclercq, letters, scripts):
    """MDP-1: from the door to the new password; the proof of work is done by the page itself."""
    page = site(new_context(java_script_enabled=scripts), live_server)
    page.goto(f"{live_server.url}/connexion/medecin/")
    page.get_by_role("link", name="Mot de passe oublié\u00a0?", exact=True).click()
    page.get_by_label("Nom d’utilisateur").fill(leclercq.login)
    if scripts:
        page.get_by_text("Vérification faite").wait_for(timeout=PAGE)
        expect(page.locator("[name=altcha]")).not_to_have_value("")
    page.get_by_role("button", name="Régénérer mon mot de passe").click()
    page.get_by_role("heading", name="Demande enregistrée").wait_for()
    path = re.search(r"/mot-de-passe/nouveau/\S+", letters(leclercq.email))[0]
    page.goto(live_server.url + path)
    page.get_by_label("Nouveau mot de passe").fill(NEW)
    page.get_by_label("Répéter le mot de passe").fill(NEW)
    page.get_by_role("button", name="Enregistrer").click()
    page.get_by_role("heading", name="Mot de passe enregistré").wait_for()
    assert "a été changé" in letters(leclercq.email)
    leclercq.refresh_from_db()
    assert leclercq.check_password(NEW)


def test_sent_before_the_proof_is_done(new_context, live_server, leclercq):
    """The page finishes the work, then sends."""
    page = site(new_context(), live_server)
    page.goto(f"{live_server.url}/mot-de-passe/oublie/")
    page.get_by_label("Nom d’utilisateur").fill(leclercq.login)
    page.get_by_role("button", name="Régénérer mon mot de passe").click()
    page.get_by_role("heading", name="Demande enregistrée").wait_for(timeout=PAGE)


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_change(new_context, live_server, leclercq, scripts):
    """MDP-4: rules shown before, checked as they are typed."""
    page = site(new_context(java_script_enabled=scripts), live_server, leclercq)
    page.goto(f"{live_server.url}/mon-compte/mot-de-passe/")
    page.get_by_label("Mot de passe actuel").fill(PASSWORD)
    if scripts:
        page.get_by_label("Nouveau mot de passe").fill("Leclercq")
        states = page.eval_on_selector_all("[data-regle]", "rules => rules.map(rule => rule.dataset.etat)")
        assert states == ["non", "non", "non"]
        assert objections(page) == []
    for label in ("Nouveau mot de passe", "Répéter le mot de passe"):
        page.get_by_label(label).fill(NEW)
    if scripts:
        states = page.eval_on_selector_all("[data-regle]", "rules => rules.map(rule => rule.dataset.etat)")
        assert states == ["oui", "oui", "oui"]
    page.get_by_role("button", name="Valider").click()
    page.get_by_text("Votre mot de passe est changé").wait_for()


def test_application_at_sign_in_without_scripts(new_context, live_server, leclercq):
    with_application(leclercq)
    page = site(new_context(java_script_enabled=False), live_server)
    page.goto(f"{live_server.url}/connexion/medecin/")
    page.get_by_label("Identifiant").fill(leclercq.login)
    page.get_by_label("Mot de passe", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Se connecter", exact=True).click()
    page.get_by_text("Utiliser un autre moyen").click()
    page.get_by_role("link", name="Utiliser mon application d’authentification").click()
    page.get_by_label("Code").fill(code_at(timezone.now()))
    page.get_by_role("button", name="Valider").click()
    page.wait_for_url("**/medecin/")


@pytest.mark.parametrize("width", WIDTHS)
def test_pages(new_context, live_server, leclercq, width):
    now = timezone.now()
    ChangementAdresse.objects.create(
        user=leclercq,
        kind="mobile",
        target="+33639980001",
        digest=ChangementAdresse.digest_of("lien"),
        asked_at=now,
        ends=now + timedelta(hours=1),
    )
    with_application(leclercq)
    late = MedecinFactory(password_changed_at=now - timedelta(days=200))
    account = [f"/mon-compte/{path}" for path in ACCOUNT]
    for user, paths in ((None, PUBLIC), (leclercq, account), (late, ["/mot-de-passe/expire/"])):
        page = site(new_context(viewport={"width": width, "height": 844}), live_server, user)
        for path in paths:
            page.goto(live_server.url + path)
            assert objections(page) == [], path


@pytest.mark.parametrize("width", WIDTHS)
def test_pages_of_the_second_factor(new_context, live_server, leclercq, width):
    with_application(leclercq)
    client = Client()
    attempt = Attempt.objects.create(
        user=leclercq, door="medecin", ends=timezone.now() + timedelta(minutes=30)
    )
    session = client.session
    session["attempt"] = str(attempt.pk)
    session.save()
    context = new_context(viewport={"width": width, "height": 844})
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session.session_key, "url": live_server.url}
    context.add_cookies([cookie])
    page = context.new_page()
    for path in ("/connexion/code/", "/connexion/code/application/", "/connexion/code/secours/"):
        page.goto(live_server.url + path)
        assert objections(page) == [], path


def test_recovery_codes_are_shown_to_be_kept(new_context, live_server, leclercq):
    page = site(new_context(accept_downloads=True), live_server, leclercq)
    page.goto(f"{live_server.url}/mon-compte/codes-de-secours/")
    page.get_by_label("Mot de passe actuel").fill(PASSWORD)
    page.get_by_role("button", name="Obtenir mes codes de secours").click()
    page.get_by_role("heading", name="Vos codes de secours").wait_for()
    assert objections(page) == []
    expect(page.get_by_role("button", name="Imprimer")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Télécharger").click()
    assert len(download.value.path().read_text().split()) == 10
