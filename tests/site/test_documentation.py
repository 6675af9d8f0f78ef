"""A page for each thing one does, open to all, found from the site map (DOC-1)."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from demandes.tableaux import TABLEAUX
from tests.factories import MedecinFactory, sign_in
from viatraj.core.typography import long_day
from viatraj.site.aide import line_of
from viatraj.site.fiches import FICHES
from viatraj.site.tableaux import BOARDS, SAYS

pytestmark = pytest.mark.django_db
FICHE = "/documentation/mot-de-passe-oublie/"


def test_the_site_map_leads_to_the_index_and_the_index_to_each(client):
    assert 'href="/documentation/"' in client.get("/plan-du-site/").text
    index = client.get("/documentation/").text
    assert [slug for slug in FICHES if f'href="/documentation/{slug}/"' not in index] == []


@pytest.mark.parametrize("fiche", FICHES.values(), ids=FICHES)
def test_each_has_its_title_and_a_way_back(client, fiche):
    shown = client.get(fiche.url).text
    assert f"<h1>{fiche.title}</h1>" in shown
    assert 'href="/documentation/"' in shown


@pytest.mark.parametrize(
    ("came_from", "back"),
    [
        ("http://testserver/mon-compte/", "/mon-compte/"),
        (
            "http://testserver/administration/habilitations/revue/?vue=mois",
            "/administration/habilitations/revue/?vue=mois",
        ),
        ("http://testserver/documentation/carte/", ""),
        ("https://ailleurs.example/mon-compte/", ""),
        ("javascript:alert(1)", ""),
        ("", ""),
    ],
)
def test_it_leads_back_to_the_page_one_came_from(client, came_from, back):
    shown = client.get(FICHE, headers={"Referer": came_from}).text
    assert ("Revenir à la page précédente" in shown) is bool(back)
    assert f'href="{back}"' in shown or not back


def test_another_is_not_found(client):
    assert client.get("/documentation/autre/").status_code == 404


def test_figures_are_those_of_the_settings(client, settings):
    settings.PASSWORD_TRIES, settings.PASSWORD_MAX_AGE_DAYS = 7, 90
    assert "Après 7&nbsp;mots de passe" in client.get("/documentation/debloquer-un-compte/").text
    until = long_day(timezone.localdate() + timedelta(days=90))
    assert f"choisi aujourd’hui, jusqu’au {until}" in client.get(FICHE).text
    assert "90&nbsp;jours" in client.get(FICHE).text
    settings.PASSWORD_MAX_AGE_DAYS = 0
    assert (
        "est valable"
        not in client.get(FICHE).text.partition("Rien n’est arrivé")[0].partition("Enregistrer")[2]
    )


def test_links_of_the_settings(client, settings):
    """TOPS where cards are ordered, the FAQ e-CPS where e-CPS fails."""
    settings.TOPS_URL, settings.ECPS_FAQ_URL = "https://tops.example/", "https://faq.example/"
    sign_in(client, MedecinFactory())
    for page in (
        "/medecin/delegations/",
        "/documentation/deleguer-a-un-assistant/",
        "/documentation/foire-aux-questions/",
    ):
        assert 'href="https://tops.example/"' in client.get(page).text
    for page in ("/connexion/medecin/", "/documentation/se-connecter/"):
        assert 'href="https://faq.example/"' in client.get(page).text


def test_the_medecins_home_has_its_documentation(client):
    """DOC-1, DOS-1: its six links, each a page, by their names."""
    sign_in(client, MedecinFactory())
    block = client.get("/medecin/").text.partition('id="t-documentation"')[2].partition("</section>")[0]
    links = dict(re.findall(r'<li><a href="([^"]+)">([^<]+)</a>', block))
    assert list(links.values()) == [
        "Gestion d’un dossier d’admission en soins (SMR, HAD, soins palliatifs)",
        "Gestion d’un dossier d’hébergement pour personnes âgées",
        "Gestion d’un dossier de prise en charge précoce des TND",
        "Liste des Plateformes de Coordination et d’Orientation TND",
        "Procédure d’aide à la connexion",
        "En savoir plus sur ViaTraj",
    ]
    assert [client.get(path).status_code for path in links] == [200] * 6


def test_the_medecins_home_has_questions_and_support(client, settings):
    """DOS-1."""
    settings.SUPPORT_EMAIL = "assistance@region.example"
    sign_in(client, MedecinFactory())
    block = client.get("/medecin/").text.partition('id="t-aide"')[2].partition("</section>")[0]
    assert "/documentation/foire-aux-questions/" in block
    assert 'href="mailto:assistance@region.example"' in block
    assert 'href="tel:' in block


def test_the_home_shows_support_accompaniment_and_users_space(client, settings):
    """CON-1."""
    settings.SUPPORT_PROJECT_EMAIL, settings.SUPPORT_USERS_URL = (
        "projet@region.example",
        "https://club.example/",
    )
    shown = client.get("/").text
    for link in (
        'href="mailto:assistance@viatraj.example"',
        'href="mailto:projet@region.example"',
        'href="https://club.example/"',
    ):
        assert link in shown
    assert "webinaires, témoignages" in shown


def test_the_homes_card_begins_the_card(client):
    """CON-1: one press, without the page of doors between."""
    assert "S’identifier par carte CPS</button>" in client.get("/").text
    answer = client.post("/connexion/carte/", {"porte": "professionnel", "suite": ""}, follow=True)
    assert "Lire ma carte" in answer.text
    assert "Professionnels en établissement" in answer.text


def test_assistants_are_told_at_the_medecins_door(client):
    """CON-9: with the fiche that says how."""
    shown = client.get("/connexion/medecin/").text
    assert "Pour se connecter en tant qu’assistant médical, il faut que le médecin vous octroie" in shown
    assert '<a href="/documentation/gerer-mes-delegations/">Gérer mes délégations</a>' in shown


@pytest.mark.parametrize(("slug", "code"), BOARDS.items(), ids=BOARDS)
def test_each_dashboard_has_its_fiche_with_all_its_counters(client, slug, code):
    """DOC-1: drawn from its table, and its page leads there, and to no other."""
    tableau = TABLEAUX[code]
    assert {one.code for one in tableau.vues} <= SAYS[tableau.cote].keys()
    shown = client.get(FICHES[slug].url).text
    assert [one.label for one in tableau.vues if f">{one.label}<" not in shown] == []
    line = line_of("tableaux:tableau", board=code)
    assert [one for one in BOARDS if f'"{FICHES[one].url}"' in line] == [slug]
    assert FICHES["tableaux-de-bord"].url in line


def test_counters_are_those_of_tables():
    known = {(one.cote, vue.code) for one in TABLEAUX.values() for vue in one.vues}
    assert known == {(cote, code) for cote, told in SAYS.items() for code in told}
