"""HAB-11 in a browser: the pages of campaigns at three widths, and a reviewer's list without script."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from habilitations.models import Examen, Habilitation
from tests.browser.story import Person
from tests.browser.test_revue import drawn
from tests.factories import HabilitationFactory, UniteFactory, UserFactory, referent_of, sign_in
from tests.habilitations.campagnes import closed, decide, line_of, opened
from tests.looks import WIDTHS, objections

pytestmark = pytest.mark.django_db(transaction=True)
BASE = "/administration/campagnes/"


class Town:
    def __init__(self):
        self.unite = UniteFactory(nom="Soins de suite et de réadaptation polyvalents")
        self.referent = referent_of(self.unite)
        self.above = referent_of(self.unite.etablissement)
        today = timezone.localdate()
        for n, nom in enumerate(("Anselmet-Delacourtie", "Benali", "Castex", "D’Almeida")):
            user = UserFactory(
                nom=nom, prenom="Marie-Christine", last_sign_in_at=timezone.now() if n else None
            )
            HabilitationFactory(lieu=self.unite, user=user, fin=today + timedelta(days=12 + 200 * n))
        Habilitation.objects.filter(profil="prescripteur_medical").update(granted_by=self.referent)
        self.campagne = opened(
            self.above, self.unite.etablissement, message="Merci de voir d’abord les départs."
        )
        self.closed = closed(self.above, self.unite.etablissement, nom="Revue de printemps")
        line = Examen.objects.filter(campagne=self.campagne, profil="prescripteur_medical").last()
        decide(line, self.referent)

    @property
    def line(self) -> Examen:
        return line_of(self.campagne, Habilitation.objects.get(user__nom="Benali"))

    def paths(self, user) -> list[str]:
        here, over = f"{BASE}{self.campagne.pk}/", f"{BASE}{self.closed.pk}/"
        if user == self.referent:
            lists = [f"{here}examens/{query}" for query in ("", "?etat=decidees", "?etat=terminees")]
            return [BASE, *lists, f"{here}examens/{self.line.pk}/"]
        return [
            BASE,
            f"{BASE}nouvelle/",
            here,
            f"{here}confier/unite:{self.unite.pk}/",
            f"{here}cloturer/",
            over,
            f"{over}compte-rendu/",
        ]


@pytest.fixture
def town(transactional_db):
    return Town()


@pytest.fixture
def browse(new_context, live_server):
    def signed_in(user, *, width, **known):
        context = new_context(viewport={"width": width, "height": 844}, **known)
        session = sign_in(Client(), user).session.session_key
        context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}]
        )
        return context.new_page()

    return signed_in


@pytest.mark.parametrize("width", WIDTHS)
def test_pages_at_every_width(browse, live_server, town, width):
    faults = {}
    for user in (town.referent, town.above):
        page = browse(user, width=width)
        for path in town.paths(user):
            page.goto(live_server.url + path)
            if found := objections(page):
                faults[path] = found
    assert faults == {}


@pytest.mark.parametrize("width", [390, 1280])
def test_a_list_is_decided_without_script(browse, live_server, town, width):
    """One line by its button, one with its reason, what is refused keeps what was typed."""
    page = browse(town.referent, width=width, java_script_enabled=False)
    page.goto(live_server.url + BASE)
    page.get_by_role("link", name="Examiner les lignes de la campagne Revue annuelle").click()
    page.get_by_role("button", name="Conserver l’habilitation de Marie-Christine Anselmet").click()
    expect(page.get_by_text("1 ligne conservée.")).to_be_visible()
    page.get_by_label("Choisir Marie-Christine Benali").check()
    page.get_by_label("Choisir Marie-Christine Castex").check()
    page.get_by_role("radio", name="Retirer").check()
    page.get_by_role("button", name="Enregistrer pour les lignes cochées").click()
    expect(page.get_by_label("Choisir Marie-Christine Castex")).to_be_checked()
    page.get_by_label("Motif, pour réduire ou retirer").fill("Départ du service")
    page.get_by_role("button", name="Enregistrer pour les lignes cochées").click()
    expect(page.get_by_text("2 lignes retirées.")).to_be_visible()
    expect(page.get_by_text("Il ne vous reste aucune ligne à décider")).to_be_visible()


@pytest.fixture
def at_work(new_context, live_server):
    def somebody(user, **known):
        return Person(new_context(**known), live_server.url, user, None).is_in()

    return somebody


def test_a_reviewer_decides_by_keyboard(at_work, town):
    """Tick, choose, say why, send; then one line kept by its own button."""
    person = at_work(town.referent).opens(f"{BASE}{town.campagne.pk}/examens/")
    person.tabs_to("Choisir Marie-Christine Benali").keys("Space")
    expect(person.page.get_by_label("Choisir Marie-Christine Benali")).to_be_checked()
    person.tabs_to("Conserver", exact=True).keys("ArrowDown", "ArrowDown")  # past «Réduire», to «Retirer»
    expect(person.page.get_by_role("radio", name="Retirer")).to_be_checked()
    person.tabs_to("Motif, pour réduire ou retirer").keys("départ du service")
    person.tabs_to("Enregistrer pour les lignes cochées").keys("Enter")
    person.sees("1 ligne retirée.")
    person.tabs_to("Conserver l’habilitation de Marie-Christine Castex").keys("Enter")
    person.sees("1 ligne conservée.")


def test_who_leads_entrusts_and_closes_by_keyboard(at_work, town):
    person = at_work(town.above).opens(f"{BASE}{town.campagne.pk}/")
    person.tabs_to("Confier des lignes").keys("Enter")
    person.sees("Confier des lignes", "La personne choisie en décidera seule")
    person.tabs_to("Choisir Marie-Christine Castex").keys("Space")
    person.tabs_to("Confier à")
    person.page.keyboard.type(town.above.prenom[:3])  # as one does in a list of choices
    expect(person.page.get_by_label("Confier à")).not_to_have_value("")
    person.tabs_to("Confier les lignes cochées").keys("Enter")
    person.sees("1 ligne confiée à")
    person.opens(f"{BASE}{town.campagne.pk}/")
    person.tabs_to("Clôturer…").keys("Enter")
    person.sees("n’ont pas encore de décision")
    person.tabs_to("Clôturer la campagne").keys("Enter")
    person.sees("La campagne se clôt")


@pytest.mark.parametrize("width", WIDTHS)
def test_forced_colours_tell_ticked_from_not_and_chosen_from_not(at_work, town, width):
    for user, path in (
        (town.referent, f"{BASE}{town.campagne.pk}/examens/"),
        (town.above, f"{BASE}{town.campagne.pk}/confier/unite:{town.unite.pk}/"),
    ):
        known = {"forced_colors": "active", "viewport": {"width": width, "height": 844}}
        page = at_work(user, **known).opens(path).page
        ticked, other = (
            page.get_by_role("row").filter(has_text=name)
            if width > 768
            else page.locator("tr", has_text=name)
            for name in ("Benali", "Castex")
        )
        ticked.get_by_role("checkbox").check()
        assert drawn(ticked) != drawn(other), path
        assert objections(page) == [], path
    page = at_work(town.referent, **known).opens(f"{BASE}{town.campagne.pk}/examens/").page
    assert drawn(page.locator(".vues [aria-current]")) != drawn(
        page.locator(".vues a:not([aria-current])").first
    )
    page.get_by_role("radio", name="Retirer").check()
    chosen, not_chosen = (
        page.locator("form#lot label", has_text=word).first for word in ("Retirer", "Réduire")
    )
    assert drawn(chosen) != drawn(not_chosen)
