"""The médecin's home: what it leads to, for whom, and for nobody else (DOS-1, DEL-5)."""

import re
from html import unescape

import pytest
from django.utils import timezone

from tests.dossiers.factories import LISTER, DossierFactory, lend
from tests.factories import DelegationFactory, MedecinFactory, UserFactory, as_delegate, as_medecin, sign_in
from viatraj.core.actor import Actor
from viatraj.core.droits import Orientation
from viatraj.core.policies import can
from viatraj.espaces import policies

pytestmark = pytest.mark.django_db
HOME = "/medecin/"


@pytest.fixture
def medecin():
    return MedecinFactory(nom="Leclercq", prenom="Christine")


def main_of(response) -> str:
    assert response.status_code == 200
    return unescape(response.text.split("<main")[1])


def test_who_has_this_home(medecin):
    actors = {
        "médecin": as_medecin(medecin),
        "confrère acting": as_delegate(DelegationFactory(delegant=medecin)),
        "assistant acting": as_delegate(lend(medecin)),
        "assistant in his own name": Actor(user=UserFactory()),
        "student": Actor(user=UserFactory(profession="10", categorie="E")),
        "nobody": Actor.anonymous("127.0.0.1"),
        "system": Actor.system("test"),
    }
    allowed = {name for name, actor in actors.items() if can(policies.medecin_space, actor)}
    assert allowed == {"médecin", "confrère acting", "assistant acting"}


def test_a_professional_is_told_why_not(client):
    sign_in(client, UserFactory())
    response = client.get(HOME)
    assert response.status_code == 403
    assert "L’espace médecin libéral est réservé aux médecins" in unescape(response.text)


def test_each_orientation_leads_to_its_list_its_creation_and_its_search(client, medecin):
    sign_in(client, medecin)
    page = main_of(client.get(HOME))
    for one in Orientation:
        assert one.label in page
        assert f'href="/dossiers/?orientation={one}"' in page
        assert f'href="/dossiers/creer/?orientation={one}"' in page
        assert f'id="id_numero_{one}"' in page
    for words in ("Accéder à mes dossiers<", "Créer un dossier<", "Rechercher un dossier<", "N° de dossier<"):
        assert page.count(words) == 3
    assert "Mes patients" in page
    assert "Pour qui je travaille" not in page


def test_a_block_says_what_the_source_says(client, medecin):
    """DOS-1: word for word."""
    sign_in(client, medecin)
    page = main_of(client.get(HOME))
    for words in (
        "Orientation en Établissement d’Hébergement pour Personnes Âgées Dépendantes, "
        "Unités de Soins de Longue Durée, Résidences Autonomie",
        "Orientation en Service de Soins Médicaux et de Réadaptation, Hospitalisation à Domicile, "
        "Unité de Soins Palliatifs",
        "Prise en charge précoce des Troubles du Neuro-Développement",
        "Rechercher un patient",
    ):
        assert f">{words}<" in page


def test_a_number_is_found_from_any_block_and_the_page_says_of_which_it_is(client, medecin):
    """DOS-1: numbers are unique over all orientations."""
    dossier = DossierFactory(auteur=medecin, orientation=Orientation.GRAND_AGE)
    sign_in(client, medecin)
    for orientation, said in ((Orientation.GRAND_AGE, False), (Orientation.TND, True)):
        sought = {"numero": dossier.numero, "orientation": orientation}
        answer = client.get("/dossiers/recherche/", sought, follow=True)
        assert answer.redirect_chain[-1][0] == dossier.get_absolute_url()
        assert ("Ce dossier relève de" in answer.text) is said
    assert client.get("/dossiers/recherche/", {"numero": "1", "orientation": "autre"}).status_code == 422


def test_no_link_of_the_page_is_dead(client, medecin):
    lend(medecin)
    sign_in(client, medecin)
    for path in sorted(set(re.findall(r'<a [^>]*href="(/[^"#]*)', main_of(client.get(HOME))))):
        assert client.get(path).status_code == 200, path


def test_the_forms_of_the_page_find(client, medecin):
    dossier = DossierFactory(auteur=medecin)
    sign_in(client, medecin)
    page = main_of(client.get(HOME))
    assert page.count('action="/dossiers/recherche/"') == 4
    assert client.get("/dossiers/recherche/", {"numero": dossier.numero}).url == dossier.get_absolute_url()


def test_who_lends_him_his_space_is_offered(client, medecin):
    sign_in(client, medecin)
    lent = DelegationFactory(delegataire=medecin, delegant=MedecinFactory(nom="Léon", prenom="Gabriel"))
    for state in ("waiting", "refused", "revoked", "expired", "renounced", "future", "over"):
        DelegationFactory(delegataire=medecin, **{state: True})
    page = main_of(client.get(HOME))
    assert re.findall(r'name="delegation" value="([0-9]+)"', page) == [str(lent.pk)]
    assert "Dr Gabriel Léon" in page
    response = client.post(
        "/delegations/au-nom-de/", {"delegation": lent.pk, "au_nom_de": medecin.pk}, follow=True
    )
    acting = main_of(response)
    assert response.redirect_chain[-1][0] == HOME
    assert "Espace du Dr Gabriel Léon" in acting
    assert "Pour qui je travaille" not in acting


def test_acting_one_is_in_the_space_of_the_medecin(client, medecin):
    theirs, own = DossierFactory(auteur=medecin), MedecinFactory()
    DossierFactory(auteur=own)
    sign_in(client, own, acting=DelegationFactory(delegant=medecin, delegataire=own))
    assert "Espace du Dr Christine Leclercq" in main_of(client.get(HOME))
    listed = re.findall(r'<tr data-id="([0-9]{8})">', client.get("/dossiers/").text)
    assert listed == [theirs.numero]


def test_an_assistant_sees_what_he_was_lent(client, medecin):
    delegation = lend(medecin, droits=LISTER)
    sign_in(client, delegation.delegataire, acting=delegation)
    page = main_of(client.get(HOME))
    assert Orientation.SANITAIRE.label in page
    assert Orientation.TND.label not in page
    assert "Créer un dossier" not in page


def test_lent_nothing_one_has_an_empty_home(client, medecin):
    delegation = lend(medecin, droits=())
    sign_in(client, delegation.delegataire, acting=delegation)
    page = main_of(client.get(HOME))
    assert "Accéder à mes dossiers" not in page
    assert "Rechercher" not in page


def test_a_delegation_over_gives_the_home_back(client, medecin):
    delegation = lend(medecin)
    sign_in(client, delegation.delegataire, acting=delegation)
    main_of(client.get(HOME))
    delegation.revoked_at = timezone.now()
    delegation.save()
    assert client.get(HOME).status_code == 403
