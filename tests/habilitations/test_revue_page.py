"""HAB-9: what the page of a revue says above its lines, and what may be ticked on it."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from habilitations.models import Habilitation
from habilitations.reads import entete
from habilitations.reads.revue import ABOVE, Choix, Revue
from habilitations.views import lots
from tests.factories import (
    CoordinationFactory,
    EtablissementFactory,
    HabilitationFactory,
    UniteFactory,
    UserFactory,
    as_professionnel,
    referent_of,
    sign_in,
)

pytestmark = pytest.mark.django_db
URL = "/administration/habilitations/revue/"


@pytest.fixture
def hopital():
    return EtablissementFactory(nom="CH de Saint-Aubin", coordination=CoordinationFactory(nom="Haute-Lauze"))


@pytest.fixture
def unite(hopital):
    return UniteFactory(etablissement=hopital, nom="Chirurgie")


def said(user, *, total=12, **choix):
    revue = Revue(as_professionnel(user), Choix(**choix), today=timezone.localdate())
    return entete.of(revue, total=total)


def test_the_head_says_the_real_perimeter(hopital, unite):
    """Whatever is chosen of it; never wider than what he holds."""
    assert said(referent_of(unite)).perimetre == "Chirurgie, CH de Saint-Aubin"
    referent = referent_of(hopital)
    assert said(referent).perimetre == "CH de Saint-Aubin"
    HabilitationFactory(user=referent, lieu=EtablissementFactory(nom="A"), profil="referent_structure")
    HabilitationFactory(
        user=referent, lieu=EtablissementFactory(nom="Z"), profil="referent_structure", over=True
    )
    assert said(referent).perimetre == "A\u202f; CH de Saint-Aubin"
    assert said(referent, structure=str(hopital.pk)).perimetre == "A\u202f; CH de Saint-Aubin"
    coordination = hopital.coordination
    assert said(referent_of(coordination)).perimetre == "Haute-Lauze"
    assert said(referent_of(coordination.region)).perimetre == coordination.region.nom
    national = HabilitationFactory(lieu=None, profil="administrateur_national").user
    assert said(national, coordination=str(coordination.pk)).perimetre == "France entière"


def test_a_long_perimeter_is_counted(hopital):
    user = UserFactory()
    for n in range(8):
        unite = UniteFactory(etablissement=hopital, nom=f"Unité {n}")
        HabilitationFactory(user=user, lieu=unite, profil="referent_unite")
    assert said(user).perimetre.endswith("Unité 4, CH de Saint-Aubin\u202f; et 3 autres")


@pytest.mark.parametrize(
    ("choix", "words"),
    [
        ({}, "aucun"),
        ({"domaine": "sanitaire"}, "domaine Sanitaire"),
        ({"structure": "hopital", "unite": "unite"}, "CH de Saint-Aubin, unité Chirurgie"),
        ({"unite": "unite"}, "aucun"),  # a unit left over, which filters nothing
        (
            {"profil": "regulateur", "vue": "dormants"},
            "profil Régulateur, «\u00a0Dormants\u00a0»",
        ),
    ],
)
def test_filters_in_words(hopital, unite, choix, words):
    keys = {"hopital": hopital.pk, "unite": unite.pk}
    choix = {name: str(keys.get(value, value)) for name, value in choix.items()}
    assert said(referent_of(hopital), **choix).filtres == words


def test_a_coordination_is_a_filter_of_whoever_has_several(hopital):
    assert said(referent_of(hopital.coordination)).filtres == "aucun"
    region = hopital.coordination.region
    CoordinationFactory(nom="Autre", region=region)
    referent = referent_of(region)
    assert said(referent, coordination=str(hopital.coordination_id)).filtres == "coordination Haute-Lauze"
    assert said(referent, coordination=ABOVE).filtres == "région et France entière"


@pytest.mark.parametrize(
    ("total", "first", "last", "tri", "words"),
    [
        (0, 0, 0, "nom", "Aucune ligne"),
        (1, 1, 1, "nom", "Une seule ligne"),
        (50, 1, 50, "nom", "Toutes les lignes (50), par nom, de A à Z"),
        (55, 1, 50, "-nom", "Lignes 1 à 50 sur 55, par nom, de Z à A"),
        (1055, 1051, 1055, "fin", "Lignes 1\u202f051 à 1\u202f055 sur 1\u202f055, par date de fin"),
    ],
)
def test_which_lines(hopital, total, first, last, tri, words):
    revue = Revue(as_professionnel(referent_of(hopital)), Choix(tri=tri), today=timezone.localdate())
    assert entete.of(revue, total=total, first=first, last=last).lignes.startswith(words)


def test_the_page_says_who_made_it_and_when(client, hopital):
    referent = referent_of(hopital)
    sign_in(client, referent)
    text = client.get(URL).text
    assert f"par {referent.nom_complet} ({referent.login})" in text
    assert re.search(r"le \d\d/\d\d/\d{4} à \d+\u202fh\u202f\d\d", text)


# --- Ticks -----------------------------------------------------------------------------------


def ticked(page) -> set[str]:
    """What the bulk buttons would send: ticked boxes, and hidden keys of other pages."""
    boxes = re.findall(r'type="checkbox" name="choix" value="(\d+)" form="lot" checked', page.text)
    hidden = re.findall(r'type="hidden" name="choix" value="(\d+)"', page.text)
    return {*boxes, *hidden}


@pytest.fixture
def many(hopital, monkeypatch):
    """Three pages of two or three lines, his own among them."""
    monkeypatch.setattr("habilitations.views.revue.SIZE", 3)
    return {str(HabilitationFactory(lieu=hopital).pk) for _ in range(7)}


def test_tick_this_page_or_all_without_script(client, hopital, many):
    """His own line is never among them; what the check page lists is what was ticked."""
    sign_in(client, referent_of(hopital))
    page = client.get(URL)
    assert ticked(page) == set()
    assert "les 8</a>" in page.text
    page = client.get(URL, {"coche": "page"})
    assert ticked(page) == {str(row.pk) for row, may_manage in page.context["rows"] if may_manage}
    for number in (1, 2, 3):
        page = client.get(URL, {"coche": "tout", "page": number})
        assert ticked(page) == many
    assert "7 cochées, dont" in page.text
    for verb in ("prolonger", "supprimer"):
        check = client.get(f"/administration/habilitations/lot/{verb}/", {"choix": sorted(many)})
        assert {str(row.pk) for row, _ in check.context["rows"]} == many


def test_a_line_that_comes_meanwhile_is_not_acted_on(client, hopital, many):
    sign_in(client, referent_of(hopital))
    chosen = ticked(client.get(URL, {"coche": "tout"}))
    newcomer = HabilitationFactory(lieu=hopital)
    client.post("/administration/habilitations/lot/supprimer/", {"choix": sorted(chosen)})
    living = set(Habilitation.objects.living().values_list("pk", flat=True))
    assert newcomer.pk in living
    assert living.isdisjoint(map(int, chosen))


def test_more_than_can_be_acted_on_at_once_is_not_offered(client, hopital, many, monkeypatch):
    monkeypatch.setattr(lots, "AT_MOST", 7)
    sign_in(client, referent_of(hopital))
    page = client.get(URL)
    assert "les 8</a>" not in page.text
    assert "cette page</a>" in page.text
    assert len(ticked(client.get(URL, {"coche": "tout"}))) <= 3  # typed by hand: this page alone


def test_an_unknown_tick_is_not_found(client, hopital):
    sign_in(client, referent_of(hopital))
    assert client.get(URL, {"coche": "x"}).status_code == 404


def test_ticking_all_costs_the_same_whatever_the_number(client, hopital, many):
    sign_in(client, referent_of(hopital))

    def queries():
        with CaptureQueriesContext(connection) as seen:
            client.get(URL, {"coche": "tout"})
        return len(seen)

    queries()
    few = queries()
    HabilitationFactory.create_batch(9, lieu=hopital)
    assert queries() == few


# --- A line, and back to it --------------------------------------------------------------------


def test_each_act_comes_back_to_its_line(client, hopital):
    """Without script: an anchor on the line, or on its neighbour once it is gone."""
    first, second = (HabilitationFactory(lieu=hopital, user__nom=nom) for nom in "AB")
    sign_in(client, referent_of(hopital))
    text = client.get(URL, {"tri": "nom", "coche": "page"}).text
    assert f'id="ligne-{first.pk}"' in text
    path = re.search(rf'href="(/[^"]*/{first.pk}/supprimer/[^"]*)"', text)[1].replace("&amp;", "&")
    assert client.post(path).url == f"{URL}?tri=nom#ligne-{second.pk}"
    path = re.search(rf'action="(/[^"]*/{second.pk}/e-mails/[^"]*)"', text)[1].replace("&amp;", "&")
    assert client.post(path, {"emails": "on"}).url == f"{URL}?tri=nom#ligne-{second.pk}"


@pytest.mark.parametrize("ligne", ["", "x", "²", '"><b>', "1#2"])
def test_a_line_typed_by_hand_leads_nowhere_else(client, hopital, ligne):
    row = HabilitationFactory(lieu=hopital)
    sign_in(client, referent_of(hopital))
    path = f"/administration/habilitations/{row.pk}/e-mails/"
    answer = client.post(path, {"emails": "on"}, query_params={"retour": "", "ligne": ligne})
    assert answer.url == URL
