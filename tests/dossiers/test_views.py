"""The pages: what is found, refused, kept, and never written by a look at a list."""

import re
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from dossiers.models import Dossier, Role, Volet
from dossiers.natures import of_orientation
from habilitations.profils import PRESCRIPTEUR_MEDICAL
from journal.models import Entry
from tests.dossiers.factories import (
    READER,
    DossierFactory,
    edit_path,
    join,
    lend,
    name_traitant,
    place_at,
    professionnel,
    volet_of,
)
from tests.factories import DelegationFactory, MedecinFactory, UniteFactory, UserFactory, sign_in
from viatraj.core.droits import Orientation

pytestmark = pytest.mark.django_db

SEARCH, CREATE, LIST = "/dossiers/recherche/", "/dossiers/creer/", "/dossiers/"
PATIENT = {"orientation": "sanitaire", "nom": "Villedary", "prenom": "Nadège", "date_naissance": "1969-09-05"}
PATIENT |= {"sexe": "F", "statut": "provisoire"}


@pytest.fixture
def medecin():
    return MedecinFactory(nom="Leclercq", prenom="Christine")


@pytest.fixture
def signed_in(client, medecin):
    return sign_in(client, medecin)


def text_of(response) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def numbers_in(response) -> list[str]:
    return re.findall(r'<tr data-id="([0-9]{8})">', response.content.decode())


def queries(act) -> int:
    with CaptureQueriesContext(connection) as captured:
        act()
    return len(captured)


def acting(client, delegation):
    return sign_in(client, delegation.delegataire, acting=delegation)


# --- Lists ----------------------------------------------------------------------------


def test_one_sees_the_dossiers_of_ones_space_newest_first(signed_in, medecin):
    first, second = DossierFactory(auteur=medecin), DossierFactory(auteur=medecin, orientation="tnd")
    DossierFactory()
    assert numbers_in(signed_in.get(LIST)) == [second.numero, first.numero]
    assert numbers_in(signed_in.get(LIST, {"orientation": "tnd"})) == [second.numero]
    assert numbers_in(signed_in.get(LIST, {"orientation": "grand_age"})) == []


def test_a_row_says_the_patient_and_links_to_the_dossier(signed_in, medecin):
    dossier = DossierFactory(auteur=medecin, numero="12345678")
    response = signed_in.get(LIST)
    today = timezone.localdate()
    row = f"Garricou Michel 18/02/1957 SMR, HAD, Soins Palliatifs En cours de rédaction {today:%d/%m/%Y} "
    row += "1234 5678"
    assert row in text_of(response)
    assert f'href="{dossier.get_absolute_url()}"' in response.content.decode()


def test_an_unknown_orientation_is_no_page(signed_in):
    assert signed_in.get(LIST, {"orientation": "ailleurs"}).status_code == 404


def test_an_orientation_that_was_not_lent_is_refused_with_the_reason(client, medecin):
    DossierFactory(auteur=medecin, orientation="tnd")
    acting(client, lend(medecin))
    response = client.get(LIST, {"orientation": "tnd"})
    assert response.status_code == 403
    assert "Le Dr Christine Leclercq ne vous a pas délégué" in text_of(response)
    assert numbers_in(client.get(LIST)) == []


@pytest.mark.parametrize(("asked", "shown"), [("25", 25), ("50", 30), ("", 25), ("7", 25), ("zut", 25)])
def test_pages_of_25_50_or_100(signed_in, medecin, asked, shown):
    DossierFactory.create_batch(30, auteur=medecin)
    assert len(numbers_in(signed_in.get(LIST, {"taille": asked}))) == shown


def test_a_second_page_keeps_the_filter(signed_in, medecin):
    DossierFactory.create_batch(26, auteur=medecin)
    response = signed_in.get(LIST, {"orientation": "sanitaire", "page": 2})
    assert len(numbers_in(response)) == 1
    assert "orientation=sanitaire&amp;page=1" in response.content.decode()
    assert len(numbers_in(signed_in.get(LIST, {"page": "zut"}))) == 25


@pytest.mark.parametrize("path", [LIST, f"{LIST}?orientation=sanitaire"])
def test_queries_do_not_grow_with_the_rows(signed_in, medecin, path):
    DossierFactory.create_batch(2, auteur=medecin)
    signed_in.get(path)
    few = queries(lambda: signed_in.get(path))
    DossierFactory.create_batch(18, auteur=medecin)
    assert queries(lambda: signed_in.get(path)) == few


def test_looking_at_a_list_writes_nothing(signed_in, medecin):
    DossierFactory(auteur=medecin)
    signed_in.get(LIST)
    with CaptureQueriesContext(connection) as captured:
        for path in (LIST, CREATE, SEARCH):
            signed_in.get(path)
    written = [query["sql"] for query in captured if not query["sql"].lstrip("( \n").startswith("SELECT")]
    assert written == []
    assert not Entry.objects.exists()


def test_somebody_without_any_space_is_told_why(client):
    sign_in(client, UserFactory())
    for path in (LIST, CREATE, SEARCH):
        response = client.get(path)
        assert response.status_code == 403
        assert "réservés aux médecins libéraux" in text_of(response)


def test_nobody_is_led_to_the_door(client):
    response = client.get(LIST)
    assert response.status_code == 302
    assert response.url == "/?suite=/dossiers/"


# --- Creation --------------------------------------------------------------------------


def test_a_dossier_is_created_and_shown(signed_in, medecin):
    response = signed_in.post(CREATE, PATIENT, follow=True)
    dossier = Dossier.objects.get()
    assert (dossier.auteur, dossier.nom, dossier.orientation) == (medecin, "Villedary", "sanitaire")
    assert response.redirect_chain == [(f"/dossiers/{dossier.numero}/", 302)]
    assert f"Le dossier {dossier.numero_affiche} est créé." in unescape(response.text)


def test_a_double_click_creates_one_dossier(signed_in):
    page = signed_in.get(CREATE).text
    cle = re.search(r'name="cle" value="([^"]+)"', page)[1]
    first, second = (signed_in.post(CREATE, {**PATIENT, "cle": cle}) for _ in range(2))
    assert first.url == second.url
    assert Dossier.objects.count() == 1


def test_the_orientation_of_the_link_is_chosen_in_advance(signed_in):
    page = signed_in.get(CREATE, {"orientation": "tnd"}).text
    assert re.search(r'value="tnd"[^>]*checked', page)
    assert page.count("checked") == 1


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"nom": ""}, "Indiquez le nom du patient."),
        ({"nom": "n" * 101}, "100"),
        ({"orientation": ""}, "Choisissez l’orientation."),
        ({"orientation": "ailleurs"}, "Choisissez l’une des orientations proposées."),
        ({"date_naissance": "31/02/1969"}, "Cette date n’existe pas."),
        ({"date_naissance": "1869-09-05"}, "elle précède 1900."),
        ({"date_naissance": "2169-09-05"}, "La date de naissance est dans le futur."),
        ({"cle": "zut"}, "UUID"),
    ],
)
def test_what_is_wrong_is_told_at_its_field_and_the_rest_is_kept(signed_in, typed, sentence):
    response = signed_in.post(CREATE, {**PATIENT, **typed})
    assert response.status_code == 422
    assert sentence in unescape(response.text)
    assert 'value="Nadège"' in response.text
    assert not Dossier.objects.exists()


def test_an_assistant_creates_where_he_was_lent_the_right(client, medecin):
    delegation = lend(medecin)
    acting(client, delegation)
    page = client.get(CREATE).text
    assert 'value="sanitaire"' in page
    assert 'value="tnd"' not in page
    in_name = {"au_nom_de": medecin.pk}
    assert client.post(CREATE, {**PATIENT, **in_name, "orientation": "tnd"}).status_code == 422
    assert client.post(CREATE, {**PATIENT, **in_name}).status_code == 302
    assert Dossier.objects.get().auteur == medecin


def test_who_may_not_create_is_told_why(client, medecin):
    acting(client, lend(medecin, droits=READER))
    response = client.get(CREATE)
    assert response.status_code == 403
    assert "«\u00a0Créer un dossier\u00a0»" in unescape(response.text)
    assert "Créer un dossier</a>" not in client.get(LIST).text.split("<main")[1]


# --- One dossier -----------------------------------------------------------------------


def test_a_dossier_shows_its_patient_its_text_and_this_very_reading(signed_in, medecin):
    """DOS-5."""
    dossier = DossierFactory(auteur=medecin, numero="12345678", volet="Vit seule.")
    shown = text_of(signed_in.get(dossier.get_absolute_url()))
    for words in (
        "Dossier 1234 5678",
        "Garricou",
        "Michel",
        "18/02/1957",
        "Volet administratif En cours",
        "Historique des actions",
    ):
        assert words in shown
    assert "1 consultation Le médecin Christine Leclercq : le" in shown
    entry = Entry.objects.get()
    assert (entry.event, entry.label, entry.user) == ("dossier.read", dossier.numero, medecin)


def test_not_yours_and_unknown_are_the_same_answer(client, medecin):
    theirs = DossierFactory()
    confrere = DelegationFactory(delegant=medecin)
    for somebody in (medecin, theirs.auteur):
        DossierFactory(auteur=somebody)
    acting(client, confrere)
    for tail in ("", "historique/"):
        answers = [client.get(f"/dossiers/{numero}/{tail}") for numero in (theirs.numero, "99999999")]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert len({text_of(answer).replace(answer["X-Request-ID"], "") for answer in answers}) == 1
    assert set(Entry.objects.values_list("event", flat=True)) == {"acces.missed"}


def test_a_delegation_that_ends_closes_the_dossier_at_once(client, medecin):
    dossier, delegation = DossierFactory(auteur=medecin), DelegationFactory(delegant=medecin)
    acting(client, delegation)
    assert client.get(dossier.get_absolute_url()).status_code == 200
    delegation.revoked_at = timezone.now()
    delegation.save()
    assert client.get(dossier.get_absolute_url()).status_code == 404


def test_a_long_history_has_a_page_of_its_own_and_reading_it_is_no_reading(signed_in, medecin):
    dossier = DossierFactory(auteur=medecin)
    for _ in range(21):
        shown = signed_in.get(dossier.get_absolute_url())
    path = f"{dossier.get_absolute_url()}historique/"
    assert f'href="{path}"' in shown.text
    history = signed_in.get(path)
    assert "21 consultations" in history.text
    assert signed_in.get(path, {"genre": "consultations"}).text.count("a consulté le dossier") == 21
    assert "Garricou" not in history.text
    assert Entry.objects.about(dossier).count() == 21


def test_queries_of_a_dossier_do_not_grow_with_its_history(signed_in, medecin):
    dossier = DossierFactory(auteur=medecin)
    for _ in range(2):
        signed_in.get(dossier.get_absolute_url())
    few = queries(lambda: signed_in.get(dossier.get_absolute_url()))
    for _ in range(15):
        signed_in.get(dossier.get_absolute_url())
    assert queries(lambda: signed_in.get(dossier.get_absolute_url())) == few


@pytest.mark.parametrize("who", ["professionnel", "médecin", "médecin traitant"])
def test_a_dossier_with_six_volets_costs_twelve_statements(client, medecin, who):
    """Its opening and closing of a transaction among them, for the line of the journal."""
    unite, traitant = UniteFactory(), MedecinFactory()
    asking = {"auteur": medecin} if who == "médecin" else {"auteur": None, "lieu": unite}
    dossier = DossierFactory(**asking)
    for kind in of_orientation(dossier.orientation):
        Volet.objects.get_or_create(dossier=dossier, kind=kind)
    join(volet_of(dossier), added_by=dossier.cree_par)
    name_traitant(dossier, traitant)
    for _ in range(2):
        place_at(dossier, Role.RECEVEUR, UniteFactory())
    people = {"médecin": medecin, "médecin traitant": traitant}
    sign_in(client, people.get(who) or professionnel(PRESCRIPTEUR_MEDICAL, unite).user)
    answer = client.get(dossier.get_absolute_url())
    assert "1 pièce jointe." in text_of(answer)
    assert queries(lambda: client.get(dossier.get_absolute_url())) <= 12


def test_an_empty_post_is_refused(signed_in, medecin):
    dossier = DossierFactory(auteur=medecin)
    for path in (CREATE, edit_path(dossier, "administratif"), SEARCH):
        assert signed_in.post(path, "{}", content_type="application/json").status_code == 422


# --- Search ----------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["12345678", "1234 5678", " 12 34\u00a056\u202f78 "])
def test_a_number_is_found_however_spaced(signed_in, medecin, typed):
    DossierFactory(auteur=medecin, numero="12345678")
    assert signed_in.get(SEARCH, {"numero": typed}).url == "/dossiers/12345678/"


@pytest.mark.parametrize(
    ("typed", "status"), [("", 422), ("1234", 422), ("1234567a", 422), ("٨٧٦٥٤٣٢١", 404), ("87654321", 404)]
)
def test_a_number_that_leads_nowhere(signed_in, typed, status):
    DossierFactory(numero="87654321")
    response = signed_in.get(SEARCH, {"numero": typed})
    assert response.status_code == status
    assert 'aria-invalid="true"' in response.text


def test_an_unknown_number_and_somebody_elses_are_the_same_page(signed_in):
    DossierFactory(numero="87654321")
    theirs, unknown = (signed_in.get(SEARCH, {"numero": numero}) for numero in ("87654321", "87654322"))
    assert "Aucun dossier ne porte ce numéro parmi ceux que vous pouvez consulter." in theirs.text
    assert text_of(theirs) == text_of(unknown)


def test_a_patient_is_found_over_all_orientations_and_not_told(signed_in, medecin):
    mine = [DossierFactory(auteur=medecin, orientation=one) for one in Orientation]
    DossierFactory()
    response = signed_in.post(SEARCH, {"nom": "GARRI", "prenom": "mich"}, follow=True)
    assert sorted(numbers_in(response)) == sorted(dossier.numero for dossier in mine)
    assert re.fullmatch(SEARCH + r"[\w-]{22}/", response.wsgi_request.get_full_path())
    entry = Entry.objects.get()
    assert (entry.event, entry.data) == ("patient.searched", {})


def test_nobody_found_and_too_few_letters(signed_in):
    response = signed_in.post(SEARCH, {"nom": "Personne"}, follow=True)
    assert "Aucun patient ne porte ce nom." in response.text
    refused = signed_in.post(SEARCH, {"nom": " -a "})
    assert refused.status_code == 422
    assert "au moins les deux premières lettres" in refused.text


def test_a_name_in_the_address_is_not_a_search(signed_in, medecin):
    DossierFactory(auteur=medecin)
    assert numbers_in(signed_in.get(SEARCH, {"nom": "Garricou"})) == []
    assert not Entry.objects.exists()


def test_too_many_found_says_so(signed_in, medecin, monkeypatch):
    monkeypatch.setattr("dossiers.views.recherches.FOUND_AT_MOST", 3)
    DossierFactory.create_batch(4, auteur=medecin)
    response = signed_in.post(SEARCH, {"nom": "garricou"}, follow=True)
    assert len(numbers_in(response)) == 3
    assert "Seuls les 3 premiers" in response.text


def test_a_dossier_without_volets_is_shown(signed_in, medecin):
    """DOS-3: no failure of ours."""
    dossier = DossierFactory(auteur=medecin)
    dossier.volets.all().delete()
    assert "Ce dossier n’a aucun volet" in text_of(signed_in.get(dossier.get_absolute_url()))
