"""HAB-9: the revue in a browser, at the desk and on a phone: acting on a line in its place, ticks over pages,
what one sees in forced colours, on paper, by keyboard, without script; and what it weighs."""

import gzip
import re
from datetime import timedelta

import brotli
import pytest
from django.utils import timezone
from playwright.sync_api import expect

from habilitations.models import Habilitation
from tests.browser.story import Person
from tests.factories import EtablissementFactory, HabilitationFactory, UniteFactory, referent_of
from tests.looks import objections

pytestmark = pytest.mark.django_db(transaction=True)
REVUE = "/administration/habilitations/revue/"
FIRST_LOAD = 62_000  # bytes over the wire: page, styles, script, font, drawings


@pytest.fixture
def hopital():
    return EtablissementFactory(nom="CH de Saint-Aubin")


@pytest.fixture
def rows(hopital):
    """55 lines with the référent's own, on two pages; the last names first to end."""
    unite, today = UniteFactory(etablissement=hopital, nom="Chirurgie"), timezone.localdate()
    return [
        HabilitationFactory(lieu=unite, user__nom=f"Arnaud{n:02}", fin=today + timedelta(days=400 - n))
        for n in range(54)
    ]


@pytest.fixture(params=[1280, 390], ids=["bureau", "mobile"])
def at_work(request, new_context, live_server, hopital, rows):
    referent = referent_of(hopital)

    def open_(**known):
        context = new_context(viewport={"width": request.param, "height": 844}, **known)
        return Person(context, live_server.url, referent, None).is_in()

    return open_


def line(page, row):
    return page.locator(f"#ligne-{row.pk}")


def act(person, row, name):
    line(person.page, row).get_by_role("link", name=re.compile(name)).click()
    return person.page.get_by_role("dialog")


def test_an_act_on_a_line_leaves_everything_else_in_its_place(at_work, rows):
    """E-mails, a longer right, a deletion: line, message beneath it, head; never the ticks nor the place."""
    person = at_work().opens(REVUE)
    page, row, gone, after = person.page, rows[30], rows[31], rows[32]
    line(page, rows[2]).get_by_role("checkbox").check()
    page.evaluate("document.body.dataset.same = 1")
    switch = line(page, row).locator(".bascule")
    switch.scroll_into_view_if_needed()
    at = page.evaluate("scrollY")
    switch.click()
    expect(switch).to_have_attribute("aria-pressed", "true")
    expect(switch).to_be_focused()
    expect(page.locator(f"#ligne-{row.pk} + .revue__annonce")).to_contain_text("recevra les e-mails")
    row.refresh_from_db()
    assert row.emails
    assert abs(page.evaluate("scrollY") - at) < 5

    dialog = act(person, row, "Prolonger")
    dialog.get_by_role("button", name="5 ans").click()
    row.refresh_from_db()
    expect(line(page, row)).to_contain_text(f"{timezone.localdate().year + 5}")
    expect(dialog).to_be_hidden()
    assert objections(page) == []

    dialog = act(person, gone, "Supprimer")
    dialog.get_by_role("button", name="Supprimer").click()
    expect(line(page, gone)).to_have_count(0)
    expect(page.locator("#tete")).to_contain_text("Lignes 1 à 50 sur 54")
    expect(line(page, after).get_by_role("link").first).to_be_focused()
    assert not Habilitation.objects.living().filter(pk=gone.pk).exists()

    expect(line(page, rows[2]).get_by_role("checkbox")).to_be_checked()
    expect(page.locator("[data-coches]")).to_have_text("1 cochée")
    page.locator(".revue__annonce").get_by_role("button", name="Annuler ce changement").click()
    expect(line(page, gone)).to_be_visible()
    expect(line(page, gone).get_by_role("link").first).to_be_focused()
    assert Habilitation.objects.living().filter(pk=gone.pk).exists()
    assert page.evaluate("document.body.dataset.same") == "1"  # never loaded again


def test_a_refused_date_stays_in_the_window(at_work, rows):
    """What was typed is kept, the reason said, nothing changed; likewise for a line changed meanwhile."""
    person = at_work().opens(REVUE)
    dialog = act(person, rows[3], "Prolonger")
    dialog.locator("[name=fin]").fill("2199-01-01")
    dialog.get_by_role("button", name="Enregistrer cette date").click()
    expect(dialog).to_contain_text("La date n’est pas changée")
    expect(dialog.locator("[name=fin]")).to_have_value("2199-01-01")
    Habilitation.objects.filter(pk=rows[3].pk).update(version=7)
    dialog.locator("[name=fin]").fill(str(timezone.localdate() + timedelta(days=500)))
    dialog.get_by_role("button", name="Enregistrer cette date").click()
    expect(dialog).to_contain_text("Ce qui est enregistré à présent")
    assert Habilitation.objects.get(pk=rows[3].pk).fin == rows[3].fin
    dialog.get_by_role("button", name="Fermer").click()
    expect(line(person.page, rows[3]).get_by_role("link", name=re.compile("Prolonger"))).to_be_focused()


def test_a_session_that_ended_leads_to_the_door(at_work, rows):
    person = at_work().opens(REVUE)
    person.page.context.clear_cookies()
    line(person.page, rows[0]).locator(".bascule").click()
    person.page.wait_for_url(re.compile("suite="))
    assert not Habilitation.objects.get(pk=rows[0].pk).emails


@pytest.mark.parametrize("script", [True, False], ids=["", "sans-script"])
def test_tick_this_page_then_all_of_them(at_work, rows, script):
    """«Tout cocher (cette page / les 55)»: the check page lists each of them, not one's own."""
    person = at_work(java_script_enabled=script).opens(REVUE)
    page = person.page
    page.locator(".lot").get_by_role("link", name="cette page").click()
    expect(page.locator(".case :checked")).to_have_count(50)
    expect(page.locator("[data-coches]")).to_have_text("50 cochées")
    page.locator(".lot").get_by_role("link", name="les 55").click()
    expect(page.locator("[data-coches]")).to_have_text("54 cochées, dont 4 sur d’autres pages")
    line(page, rows[0]).get_by_role("checkbox").uncheck()
    person.clicks("Prolonger les habilitations cochées", role="button").sees("Prolonger 53 habilitations")
    expect(page.locator("#lot tbody tr")).to_have_count(53)
    person.clicks("5 ans", role="button").sees("53 habilitations prolongées")
    rows[0].refresh_from_db()
    assert rows[0].fin == timezone.localdate() + timedelta(days=400)


def test_without_script_one_comes_back_to_the_line(at_work, rows):
    person = at_work(java_script_enabled=False).opens(REVUE)
    page, row = person.page, rows[40]
    line(page, row).locator(".bascule").click()
    page.wait_for_url(f"**#ligne-{row.pk}")
    expect(line(page, row)).to_be_in_viewport()
    expect(line(page, row).locator(".bascule")).to_have_attribute("aria-pressed", "true")
    line(page, row).get_by_role("link", name=re.compile("Supprimer")).click()
    person.clicks("Supprimer l’habilitation", role="button")
    page.wait_for_url(f"**#ligne-{rows[41].pk}")
    expect(line(page, rows[41])).to_be_in_viewport()


def test_the_first_screen_shows_a_line_filters_are_said_in_words(at_work, hopital, rows):
    person = at_work().opens(f"{REVUE}?structure={hopital.pk}&vue=jamais&tri=-fin")
    page = person.page
    first = page.locator("#revue tbody tr").first.get_by_role("link").first
    box = first.bounding_box()
    assert box["y"] + box["height"] <= 844
    person.looks(
        "CH de Saint-Aubin", "Jamais connectés", "Lignes 1 à 50 sur 55, par date de fin, la plus lointaine"
    )
    if page.viewport_size["width"] < 768:
        expect(page.get_by_label("Domaine d’accès")).to_be_hidden()
        page.locator(".filtres > summary").click()
        expect(page.get_by_label("Domaine d’accès")).to_be_visible()
        assert objections(page) == []
        page.locator(".trier").get_by_role("link", name="Nom").click()
        expect(page.locator("#tete")).to_contain_text("par nom, de A à Z")
    else:
        expect(page.get_by_label("Domaine d’accès")).to_be_visible()
        page.get_by_label("Structure", exact=True).focus()
        expect(page.locator("th[aria-sort=descending] use")).to_have_attribute(
            "href", re.compile("#descend$")
        )


HIDDEN_FOCUS = """() => {
    const one = document.activeElement, box = one.getBoundingClientRect();
    const seen = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
    const its = other => seen && (other?.contains(seen) || seen.contains(other));
    return box.width > 1 && (its(one) || its(one.labels?.[0])) ? "" : one.outerHTML.slice(0, 200);
}"""


def test_each_stop_of_the_keyboard_is_seen(at_work):
    """Neither in a head that a phone does not show, nor beneath the bar that stays in sight; both ways."""
    page = at_work().opens(REVUE).page
    hidden = set()
    for key, times in (("Tab", 70), ("Shift+Tab", 60)):
        for _ in range(times):
            page.keyboard.press(key)
            hidden.add(page.evaluate(HIDDEN_FOCUS))
    assert hidden == {""}


def test_head_and_bar_stay_in_sight(at_work, rows):
    page = at_work().opens(REVUE).page
    line(page, rows[30]).scroll_into_view_if_needed()
    page.mouse.wheel(0, 300)
    bar = page.locator(".lot").bounding_box()
    assert 0 <= bar["y"] <= 1
    if page.viewport_size["width"] > 1000:
        head = page.locator("#revue thead th").nth(1).bounding_box()
        assert abs(head["y"] - bar["height"]) <= 1
    assert bar["height"] < 130


def drawn(locator, pseudo=None):
    style = (
        "(one, pseudo) => { const s = getComputedStyle(one, pseudo); return s.backgroundColor + s.outline; }"
    )
    return locator.evaluate(style, pseudo)


def test_forced_colours_tell_ticked_from_not_and_chosen_from_not(at_work, rows):
    person = at_work(forced_colors="active").opens(REVUE)
    page = person.page
    if not (nav := page.locator(".vues")).is_visible():
        page.locator(".filtres > summary").click()
    assert drawn(nav.locator("[aria-current]")) != drawn(nav.locator("a:not([aria-current])").first)
    pages = page.locator(".pages")
    assert drawn(pages.locator("[aria-current]")) != drawn(pages.get_by_role("link").first)
    ticked, not_ticked = line(page, rows[0]), line(page, rows[1])
    ticked.get_by_role("checkbox").check()
    assert drawn(ticked) != drawn(not_ticked)
    ticked.locator(".bascule").click()
    expect(ticked.locator(".bascule")).to_have_attribute("aria-pressed", "true")
    on, off = (drawn(one.locator(".bascule"), "::before") for one in (ticked, not_ticked))
    assert on != off
    assert objections(page) == []


def test_on_paper_it_says_whose_it_is_and_when(at_work):
    person = at_work().opens(f"{REVUE}?vue=jamais")
    page = person.page
    page.emulate_media(media="print")
    head = page.locator("#tete")
    for words in (
        "Votre périmètre",
        "Filtres",
        "Jamais connectés",
        "Lignes 1 à 50 sur 55",
        person.user.login,
    ):
        expect(head).to_contain_text(words, use_inner_text=True)
    for tools in (".lot", ".filtres", ".trier"):
        expect(page.locator(tools)).to_be_hidden()


def test_a_first_load_is_light(at_work):
    """Page of fifty lines, styles, script, font, drawings, as they travel with their heads."""
    person, answers = at_work(), []
    person.page.on("response", lambda answer: answers.append(answer))
    person.opens(REVUE).page.wait_for_load_state("networkidle")
    person.page.evaluate("document.fonts.ready")
    assert len(answers) > 8
    assert answers[0].headers["content-encoding"] == "gzip"
    assert sum(map(_travels, answers)) <= FIRST_LOAD


def _travels(answer) -> int:
    """WhiteNoise sends what can be compressed by brotli, which the tests leave out to be quick."""
    body = answer.body()
    if answer.headers.get("content-encoding") == "gzip":
        body = gzip.compress(body, 6)
    elif not answer.url.endswith(".woff2"):
        body = brotli.compress(body)
    return len(body) + sum(len(name) + len(value) + 4 for name, value in answer.headers.items())
