"""HAB-11 in a browser: the pages of campaigns at three widths, and a reviewer's list without script."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from habilitations.models import Examen, Habilitation
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
        return [BASE, f"{BASE}nouvelle/", here, f"{here}cloturer/", over, f"{over}compte-rendu/"]


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
