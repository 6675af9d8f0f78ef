"""Pages for everybody, and what stands around every page (CON-1)."""

import re
from html import unescape

import pytest
from django.urls import reverse

from viatraj.core.addresses import address
from viatraj.espaces import menus, support

PUBLIC = [
    "accessibilite",
    "mentions_legales",
    "donnees_personnelles",
    "charte_publique",
    "plan_du_site",
    "assistance",
    "en_savoir_plus",
]

pytestmark = pytest.mark.django_db


def read(client, name):
    answer = client.get(reverse(name))
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("name", PUBLIC)
def test_each_is_open_to_all_under_its_own_title(client, name):
    page = read(client, name)
    assert re.search(r"<title>\s*\S.* – ViaTraj</title>", page)
    assert page.count("<h1") == page.count("<main") == 1
    assert page.index('href="#contenu"') < page.index("<header")


def test_titles_are_unique(client):
    titles = {re.search(r"<title>(.*?)</title>", read(client, name))[1] for name in PUBLIC}
    assert len(titles) == len(PUBLIC)


@pytest.mark.parametrize("name", PUBLIC)
def test_nothing_is_written_there(client, name):
    assert client.post(reverse(name)).status_code == 405


def test_the_footer_leads_to_each(client):
    page = read(client, "assistance")
    footer = page[page.index("<footer") :]
    for label, name in menus.FOOTER:
        assert f'<a href="{reverse(name)}"' in footer
        assert label in footer
    assert '<a href="/assistance/" aria-current="page">' in footer


def test_the_statement_says_not_conform_until_audited(client):
    page = read(client, "accessibilite")
    assert "<h1>Accessibilité\u00a0: non conforme</h1>" in page
    for word in ("RGAA", "version 4.1", "axe-core", "Défenseur des droits", "mailto:"):
        assert word in page


def test_the_contacts_come_from_the_settings(client, settings):
    settings.SUPPORT_PHONE = "01 99 00 12 34"
    settings.SUPPORT_HOURS = "de 9 h 15 à 17 h"
    settings.SUPPORT_EMAIL = "aide@region.example"
    settings.SUPPORT_PROJECT_EMAIL = "projet@region.example"
    settings.SUPPORT_USERS_URL = "https://club.region.example"
    page = read(client, "assistance")
    assert 'href="tel:+33199001234"' in page
    assert "de 9\u202fh\u202f15" in page
    for contact in ("aide@region.example", "projet@region.example", 'href="https://club.region.example"'):
        assert contact in page


def test_publisher_and_host_come_from_the_settings(client, settings):
    settings.PUBLISHER, settings.HOSTING = "Agence <A>", "Hébergeur B"
    page = read(client, "mentions_legales")
    assert "Agence &lt;A&gt;" in page
    assert "Hébergeur B" in page


def test_the_charte_in_force_is_shown_whole(client):
    page = read(client, "charte_publique")
    assert re.findall(r"<h2>Article (\d+) –", page) == [str(number) for number in range(1, 16)]
    assert "Version 2026-11, en vigueur depuis le 1er\u00a0novembre 2026." in page


def test_the_prerequisites_are_told_before_signing_in(client):  # CON-1
    page = read(client, "assistance")
    for need in ("CPx", "code porteur", "lecteur", "Cryptolib", "navigateur", "2\u00a0Mb/s"):
        assert need in page


def test_the_home_page_tells_them_too(client):
    """CON-1: card, reader, code porteur, software, browser, 2 Mb/s; and the way to all of the help."""
    page = unescape(read(client, "accueil"))
    needs = (
        "carte CPS, CPE ou CPA",
        "code porteur",
        "lecteur de carte",
        "logiciel de lecture",
        "navigateur à jour",
    )
    for need in (*needs, "2\u00a0Mb/s"):
        assert need in page
    assert 'href="/assistance/"' in page


@pytest.mark.parametrize("anchor", ["connexion", "mot-de-passe", "carte", "prerequis"])
def test_other_pages_may_point_into_the_help(client, anchor):
    assert f'<h2 id="{anchor}">' in read(client, "assistance")


def test_signed_out_there_is_no_menu(client):
    page = read(client, "plan_du_site")
    assert "Navigation principale" not in page
    assert "Se déconnecter" not in page


def test_the_demo_names_those_without_account(client):
    """Who can be met at the simulator and in the reader, and no real account twice."""
    text = client.get("/").text
    for said in ("CPS de Solange Duvernay", "e-CPS de Nour Delaunoy", "Carte mise en opposition"):
        assert said in text
    assert text.count("CPS de Christine Leclercq") == 0


@pytest.mark.parametrize("demo", [True, False])
def test_the_demo_says_so(client, settings, demo):
    settings.DEMO = demo
    assert ("toutes les données sont fictives" in read(client, "assistance")) is demo


def test_every_known_link_of_the_menus_exists():
    entries = {*menus.MEDECIN_NAV, *menus.DELEGATE_NAV, *menus.EVERYONE, *menus.REFERENTS, *menus.FOOTER}
    entries |= {menus.RECEIVED}
    assert {name for _, name in entries if not address(name)} == set()


@pytest.mark.parametrize(
    ("path", "marked"),
    [
        ("/medecin/", {"Accueil": "page"}),
        ("/medecin/delegations/", {"Mes délégations": "page"}),
        ("/medecin/delegations/confrere/", {"Mes délégations": "true"}),
        ("/ailleurs/", {}),
    ],
)
def test_the_menu_marks_where_one_is(path, marked):
    links = menus.links(menus.MEDECIN_NAV, path)
    assert {link.label: link.current for link in links if link.current} == marked


def test_a_menu_is_marked_by_its_page():
    entries = [("Administration", (*menus.EVERYONE, *menus.REFERENTS))]
    (menu,) = menus.links(entries, "/administration/comptes/")
    assert menu.current == "true"
    assert [link.label for link in menu.links if link.current] == ["Comptes et Habilitations"]


@pytest.mark.parametrize(("phone", "dialled"), [("01 99 00 00 00", "+33199000000"), ("+33 1 99", "+33199")])
def test_phones_are_dialled_from_anywhere(phone, dialled):
    assert support.dialled(phone) == dialled
