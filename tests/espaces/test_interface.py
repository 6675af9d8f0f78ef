"""The interface in a real browser: axe, narrow screens, keyboard, no script, dialog."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests.espaces.gallery import FAILURES
from tests.looks import WIDTHS, objections
from tests.site.test_legal import PUBLIC

GALLERY, FORM = "/galerie/", "/galerie/formulaire/"
ALL = [GALLERY, FORM, *(f"/galerie/{name}/" for name in FAILURES), *PUBLIC]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls("tests.espaces.gallery")]


@pytest.fixture
def visit(live_server, page):
    """Open a path, or the name of a page; the console must stay silent, so no CSP violation either."""
    said = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on(
        "console", lambda line: said.append(line.text) if "Content Security Policy" in line.text else None
    )

    def open_(place, width=1280):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(live_server.url + (place if place.startswith("/") else reverse(place)))
        return page

    yield open_
    assert said == []


@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing_and_nothing_scrolls_sideways(visit, width):
    found = {place: objections(visit(place, width)) for place in ALL}
    assert {place: faults for place, faults in found.items() if faults} == {}


@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing_on_a_refused_form_nor_in_the_open_menu(visit, width):
    page = visit(FORM, width)
    page.locator("main button[type=submit]").click()
    page.locator("details.compte summary").click()
    assert page.get_by_role("button", name="Se déconnecter").is_visible()
    assert objections(page) == []


def test_at_390_pixels_labels_stay_clear_of_dates(visit):
    page = visit(GALLERY, 390)
    overlaps = page.eval_on_selector_all(
        "td[data-titre]",
        """cells => cells.filter(cell => {
            const label = getComputedStyle(cell, "::before");
            const room = parseFloat(getComputedStyle(cell).gridTemplateColumns);
            return label.whiteSpace !== "normal" || parseFloat(label.width) > room + 1;
        }).length""",
    )
    assert overlaps == 0


def test_the_first_tab_stop_leads_to_the_content(visit):
    page = visit(GALLERY)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Aller au contenu"
    assert page.locator(".evitement").bounding_box()["y"] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "contenu"


def test_the_focus_is_seen_at_every_stop(visit):
    page = visit(FORM)
    for _ in range(25):
        page.keyboard.press("Tab")
        seen = page.evaluate(
            """() => {
                const at = document.activeElement, ring = at.closest("label") || at;
                return [at, ring].some(e => parseFloat(getComputedStyle(e).outlineWidth) >= 2
                    && getComputedStyle(e).outlineStyle !== "none") || at === document.body;
            }"""
        )
        assert seen, page.evaluate("document.activeElement.outerHTML")


def test_targets_are_large_enough(visit):
    page = visit(GALLERY, 390)
    small = page.eval_on_selector_all(
        "a, button, summary, input:not([type=hidden])",
        """all => all.filter(e => {
            const {width, height} = e.getBoundingClientRect();
            return width && getComputedStyle(e).display !== "inline" && Math.min(width, height) < 24;
        }).map(e => e.outerHTML)""",
    )
    assert small == []


def test_a_refused_form_puts_the_focus_on_its_summary(visit):
    page = visit(FORM)
    page.locator("main button[type=submit]").click()
    expect(page).to_have_title(re.compile("^Erreur\u00a0: "))
    expect(page.locator("[data-resume-erreurs]")).to_be_focused()
    page.get_by_role("alert").get_by_role("link").first.click()
    expect(page.locator("#id_nom")).to_be_focused()


def test_the_password_can_be_shown_and_hides_itself(visit):
    page = visit(FORM)
    page.get_by_role("button", name="Afficher le mot de passe").click()
    assert page.locator("#id_mot_de_passe").get_attribute("type") == "text"
    page.get_by_role("button", name="Masquer le mot de passe").click()
    assert page.locator("#id_mot_de_passe").get_attribute("type") == "password"


def test_a_new_code_is_asked_for_after_a_minute(visit, page):
    page.clock.install()
    button = visit(GALLERY).get_by_role("button", name="Recevoir un nouveau code")
    assert button.get_attribute("aria-disabled") == "true"
    page.clock.run_for(61_000)
    assert button.get_attribute("aria-disabled") is None
    assert button.text_content() == "Recevoir un nouveau code"


def test_the_dialog_shows_the_form_of_the_page(visit, live_server):
    page = visit(GALLERY)
    opener = page.get_by_role("link", name="Ajouter")
    opener.click()
    dialog = page.get_by_role("dialog", name="Ajouter une délégation")
    dialog.wait_for()
    assert page.evaluate("document.activeElement.id") == "dialogue-titre"
    assert objections(page) == []
    for _ in range(20):
        page.keyboard.press("Tab")
        assert page.evaluate(
            "document.activeElement === document.body || !!document.activeElement.closest('dialog')"
        )
    page.keyboard.press("Escape")
    assert not dialog.is_visible()
    assert opener.evaluate("link => link === document.activeElement")
    opener.click()
    dialog.get_by_role("button", name="Ajouter").click()
    page.wait_for_url(live_server.url + FORM)
    assert page.get_by_role("alert").is_visible()


def test_without_script_the_same_link_opens_the_page(live_server, browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(live_server.url + GALLERY)
    page.get_by_role("link", name="Ajouter").click()
    assert page.url == live_server.url + FORM
    page.locator("main button[type=submit]").click()
    assert page.locator("[data-resume-erreurs]").is_visible()
    context.close()


def test_the_session_warns_three_minutes_before_its_end(visit, page):
    page.clock.install()
    bar = visit(GALLERY).locator(".session")
    assert not bar.is_visible()
    page.clock.run_for(26 * 60_000)
    assert not bar.is_visible()
    page.clock.run_for(70_000)
    assert "dans moins de 3 minutes" in bar.text_content().replace("\u00a0", " ")
    assert bar.is_visible()
    page.clock.run_for(3 * 60_000)
    assert "Votre session est terminée" in bar.text_content()


@pytest.mark.parametrize("options", [{"forced_colors": "active"}, {"reduced_motion": "reduce"}])
def test_other_ways_to_see_keep_the_content(live_server, browser, options):
    context = browser.new_context(**options)
    page = context.new_page()
    page.goto(live_server.url + GALLERY)
    assert objections(page) == []
    assert (
        page.locator(".etat").first.evaluate("chip => parseFloat(getComputedStyle(chip).borderTopWidth)") >= 1
    )
    context.close()


def test_print_keeps_the_table_and_drops_the_buttons(visit):
    page = visit(GALLERY)
    page.emulate_media(media="print")
    assert page.locator("#medecins thead").is_visible()
    assert not page.locator(".nav, .actions, .pied, .au-nom-de form").first.is_visible()
