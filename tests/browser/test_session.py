"""The end of a session, seen from a page where somebody is typing: «Rester connecté» (WCAG 2.2.1)."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import Session
from tests.browser.test_pages import session_of
from tests.factories import HabilitationFactory, referent_of
from tests.looks import objections

pytestmark = pytest.mark.django_db(transaction=True)
TYPED = "12 rue de la Saisie"


@pytest.fixture
def almost_over(new_context, live_server, leclercq):
    """28 minutes have passed, in the browser and in the database; a text is typed and not sent."""
    context = new_context()
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session_of(leclercq), "url": live_server.url}
    context.add_cookies([cookie])
    page = context.new_page()
    page.clock.install()
    page.goto(f"{live_server.url}/mon-compte/")
    page.get_by_label("Adresse professionnelle").fill(TYPED)
    now = timezone.now()
    Session.objects.update(last_seen=now - timedelta(minutes=28), expire_date=now + timedelta(minutes=2))
    page.clock.fast_forward(28 * 60_000)
    page.clock.run_for(6_000)
    page.locator(".session").get_by_text("moins de 3").wait_for()
    return page


def stay(page):
    page.get_by_role("button", name="Rester connecté").click()


def test_one_stays_and_keeps_what_was_typed(almost_over):
    page, bar = almost_over, almost_over.locator(".session")
    assert objections(page) == []
    stay(page)
    bar.wait_for(state="hidden")
    left = Session.objects.get().expire_date - timezone.now()
    assert left > timedelta(minutes=29)
    expect(page.get_by_label("Adresse professionnelle")).to_have_value(TYPED)
    page.clock.fast_forward(28 * 60_000)
    page.clock.run_for(6_000)
    bar.wait_for(state="visible")


def test_eight_hours_are_not_prolonged(almost_over):
    page = almost_over
    Session.objects.update(ends=timezone.now() + timedelta(minutes=2))
    stay(page)
    page.get_by_text("Votre session de 8 heures se termine").wait_for()
    expect(page.get_by_role("button", name="Rester connecté")).to_be_hidden()
    assert Session.objects.get().expire_date <= Session.objects.get().ends


def test_a_session_that_is_over_says_so_and_leaves_the_text(almost_over):
    page = almost_over
    Session.objects.all().delete()
    stay(page)
    page.get_by_text("Votre session est terminée").wait_for()
    expect(page.get_by_label("Adresse professionnelle")).to_have_value(TYPED)


@pytest.mark.parametrize("scripts", [True, False])
def test_what_is_sent_after_the_end_is_said_to_be_lost(new_context, live_server, leclercq, scripts):
    """COM: nothing half done, a sentence at the door, and the page again once signed in."""
    context = new_context(java_script_enabled=scripts)
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session_of(leclercq), "url": live_server.url}
    context.add_cookies([cookie])
    page = context.new_page()
    page.goto(f"{live_server.url}/mon-compte/")
    page.get_by_label("Adresse professionnelle").fill(TYPED)
    Session.objects.all().delete()
    page.get_by_label("Adresse professionnelle").locator("xpath=ancestor::form").get_by_role(
        "button"
    ).first.click()
    expect(page.get_by_text("Ce que vous aviez envoyé n’a pas été enregistré.")).to_be_visible()
    expect(page.get_by_text("Votre session a pris fin")).to_be_visible()
    leclercq.refresh_from_db()
    assert TYPED not in leclercq.adresse
    if scripts:
        assert objections(page) == []


def test_a_search_opened_by_back_after_the_end(new_context, live_server, transactional_db):
    """Its results are behind the door; once signed in again, they are said to be gone."""
    referent = referent_of(HabilitationFactory(user__nom="Introuvable").etablissement)

    def signed_in(context):
        value = session_of(referent)
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": live_server.url}])

    context = new_context()
    signed_in(context)
    page = context.new_page()
    page.goto(f"{live_server.url}/administration/comptes/")
    page.get_by_label("Nom", exact=True).fill("introuvable")
    page.get_by_role("button", name="Rechercher").click()
    expect(page.get_by_text("1 compte trouvé")).to_be_visible()
    results = page.url
    page.goto(f"{live_server.url}/professionnel/")
    Session.objects.all().delete()
    page.go_back()
    expect(page.get_by_text("Connectez-vous pour continuer")).to_be_visible()
    signed_in(context)
    page.goto(results)
    expect(page.get_by_text("n’est plus disponible")).to_be_visible()
    expect(page.get_by_text("1 compte trouvé")).to_have_count(0)
