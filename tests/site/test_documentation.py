"""A page for each thing one does, open to all, found from the site map (DOC-1)."""

import pytest

from tests.factories import EtablissementFactory, MedecinFactory, referent_of, sign_in
from viatraj.site.views.documentation import FICHES

pytestmark = pytest.mark.django_db


def test_the_site_map_leads_to_the_index_and_the_index_to_each(client):
    assert 'href="/documentation/"' in client.get("/plan-du-site/").content.decode()
    index = client.get("/documentation/").content.decode()
    for fiche in FICHES:
        assert f'href="/documentation/{fiche.slug}/"' in index


@pytest.mark.parametrize("fiche", FICHES, ids=lambda fiche: fiche.slug)
def test_each_has_its_title(client, fiche):
    shown = client.get(f"/documentation/{fiche.slug}/").content.decode()
    assert f"<h1>{fiche.title}</h1>" in shown


FOUND_AT = {
    "/connexion/medecin/": ["/documentation/se-connecter/", "/documentation/carte/#lecteur"],
    "/connexion/professionnel/": ["/documentation/se-connecter/"],
    "/assistance/": ["/documentation/se-connecter/", "/documentation/carte/"],
    "/medecin/": ["/documentation/deleguer/assistant/", "/documentation/deleguer/confrere/"],
    "/medecin/delegations/": ["/documentation/deleguer/assistant/", "/documentation/deleguer/confrere/"],
    "/administration/comptes/": ["/documentation/"],
    "/administration/imports/": ["/documentation/creer-un-compte/#plusieurs"],
    "/administration/mes-demandes/": ["/documentation/mon-compte/#referents"],
}


@pytest.mark.parametrize("place", FOUND_AT)
def test_a_fiche_is_linked_where_it_is_needed(client, place):
    """DOC-1."""
    if place.startswith("/medecin/"):
        sign_in(client, MedecinFactory())
    elif place.startswith("/administration/"):
        sign_in(client, referent_of(EtablissementFactory()))
    shown = client.get(place).text
    assert [path for path in FOUND_AT[place] if f'href="{path}"' not in shown] == []


def test_another_is_not_found(client):
    assert client.get("/documentation/autre/").status_code == 404


def test_figures_are_those_of_the_settings(client, settings):
    settings.PASSWORD_TRIES = 7
    assert "Après 7\u00a0mots de passe" in client.get(
        "/documentation/debloquer-un-compte/"
    ).content.decode().replace("&nbsp;", "\u00a0")
