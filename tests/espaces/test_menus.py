"""Which menus whom, the number of demandes, «ses» for what is somebody else’s, the way back in."""

import re
from html import unescape
from urllib.parse import unquote

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from tests.dossiers.factories import DossierFactory, lend
from tests.factories import (
    CoordinationFactory,
    DelegationFactory,
    EtablissementFactory,
    HabilitationFactory,
    MedecinFactory,
    UniteFactory,
    UserFactory,
    referent_of,
    sign_in,
)
from tests.habilitations.test_a_faire import ask
from viatraj.espaces import menus

pytestmark = pytest.mark.django_db
HOME, PROFESSIONNEL = "/professionnel/", "/connexion/professionnel/"
RECEIVED = "/delegations/recues/"


def nav_of(response) -> str:
    return unescape(re.search(r"<nav class=\"nav\".*?</nav>", response.text, re.DOTALL)[0])


def account_of(response) -> str:
    return unescape(re.search(r"<details class=\"compte\".*?</details>", response.text, re.DOTALL)[0])


def links_of(html) -> list[str]:
    return re.findall(r"<a [^>]*href=\"([^\"]+)\"", html)


OWN = ["/mon-compte/", "/mes-referents/", "/mes-droits/"]
OF_REFERENTS = [
    "/administration/comptes/",
    "/administration/etablissements/",
    "/administration/guichets/",
    "/administration/habilitations/revue/",
    "/administration/demandes/",
    "/administration/imports/",
    "/administration/campagnes/",
    "/administration/journal/",
]


OF_STATISTICS = [
    *(f"/observatoire/commander/{one}/" for one in ("sanitaire", "grand-age", "handicap", "deploiement")),
    "/observatoire/consulter/",
]


def test_administration_holds_a_referent_s_pages_and_everybody_s_own(client):
    sign_in(client, referent_of(EtablissementFactory()))
    answer = client.get(HOME)
    assert links_of(nav_of(answer)) == [HOME, *OWN, *OF_REFERENTS, *OF_STATISTICS, "/documentation/"]
    assert links_of(account_of(answer)) == OWN
    sign_in(client, HabilitationFactory().user)
    assert links_of(nav_of(client.get(HOME))) == [HOME, "/dossiers/", "/tableaux/", *OWN, "/documentation/"]


def test_a_coordination_also_follows_the_deployment(client):
    """ANN-8."""
    sign_in(client, referent_of(CoordinationFactory()))
    assert "/administration/deploiement/" in links_of(nav_of(client.get(HOME)))


@pytest.mark.parametrize("of", [EtablissementFactory, UniteFactory, CoordinationFactory])
def test_no_link_of_a_menu_is_dead(client, of):
    sign_in(client, referent_of(of()))
    for path in links_of(nav_of(client.get(HOME))):
        assert client.get(path).status_code == 200, path


def test_delegations_received_are_in_the_menu_of_whom_they_concern(client):
    """Médecins and assistants always; others once they have one, in force, to come or to be answered."""
    medecin = MedecinFactory()
    sign_in(client, medecin)
    assert RECEIVED in links_of(account_of(client.get("/medecin/")))
    plain = HabilitationFactory().user
    sign_in(client, plain)
    assert RECEIVED not in client.get(HOME).text
    for state in ("over", "revoked", "refused"):
        DelegationFactory(delegataire=plain, **{state: True})
    assert RECEIVED not in client.get(HOME).text
    DelegationFactory(delegataire=plain, future=True)
    answer = client.get(HOME)
    assert RECEIVED in links_of(nav_of(answer))
    assert RECEIVED in links_of(account_of(answer))


def test_an_assistant_has_them_always(client):
    sign_in(client, UserFactory())
    session = client.session
    session["door"] = "medecin"
    session.save()
    assert RECEIVED in links_of(account_of(client.get(RECEIVED)))


def number_of(response) -> list[str]:
    return re.findall(r'<span class="compteur">([^<]+)<', nav_of(response))


def test_the_number_of_demandes_is_each_one_s_own_and_of_now(client):
    """Nothing of it is kept with the drawn menu: two référents, two numbers, and a third demande counts."""
    here, there = EtablissementFactory(), EtablissementFactory()
    first, second = Client(), Client()
    sign_in(first, referent_of(here))
    sign_in(second, referent_of(there))
    assert number_of(first.get(HOME)) == []
    ask(here)
    ask(here)
    ask(there)
    assert number_of(first.get(HOME)) == ["2", "2"]  # on the closed menu, and inside it
    assert number_of(second.get(HOME)) == ["1", "1"]
    ask(here)
    assert number_of(first.get("/mon-compte/")) == ["3", "3"]
    kept = menus._drawn.cache_info()
    assert number_of(first.get("/mon-compte/")) == ["3", "3"]
    assert menus._drawn.cache_info().misses == kept.misses


def test_many_demandes_are_counted_to_a_hundred(client, monkeypatch):
    asked = "SELECT %(at_most)s::int"
    monkeypatch.setattr(menus, "waiting", lambda actor, at_most: (asked, {"at_most": at_most}))
    sign_in(client, referent_of(EtablissementFactory()))
    assert number_of(client.get(HOME)) == ["99+", "99+"]


def test_a_menu_costs_one_look(client):
    """For délégations received and for demandes at once; nothing for a médecin."""
    demandes, delegations = "habilitations_demandehabilitation", "delegations_delegation"

    def asked(path):
        client.get(path)
        with CaptureQueriesContext(connection) as seen:
            client.get(path)
        found = [[table for table in (demandes, delegations) if table in one["sql"]] for one in seen]
        return [tables for tables in found if tables]

    sign_in(client, referent_of(EtablissementFactory()))
    assert asked("/documentation/") == [[demandes, delegations]]
    sign_in(client, HabilitationFactory().user)
    assert asked("/documentation/") == [[delegations]]
    sign_in(client, MedecinFactory())
    assert asked("/documentation/") == []


ACTING = [
    "/medecin/",
    "/dossiers/",
    "/dossiers/creer/",
    "/dossiers/recherche/",
    "/dossiers/{}/",
    "/dossiers/{}/historique/",
]


@pytest.mark.parametrize("delegation", ["confrere", "assistant"])
def test_nothing_of_somebody_else_s_is_called_mine(client, delegation):
    """DEL-5: «mes», «mon», «vos dossiers» are for whom they belong to."""
    medecin = MedecinFactory(nom="Leclercq", prenom="Christine")
    numero = DossierFactory(auteur=medecin).numero
    row = DelegationFactory(delegant=medecin) if delegation == "confrere" else lend(medecin)
    sign_in(client, row.delegataire, acting=row)
    for path in ACTING:
        text = unescape(client.get(path.format(numero)).text)
        said = re.sub(r"<[^>]+>", " ", text.replace("Revenir à mon compte", ""))
        assert re.findall(r"\b(?:mes|mon|ma|Mes|Mon|vos dossiers|vos patients)\b[^.]{0,20}", said) == [], path
        assert "Vous agissez au nom du" in said
    assert "Accéder à ses dossiers" in nav_of(client.get("/medecin/"))
    assert "Patients du Dr Christine Leclercq" in unescape(client.get("/medecin/").text)


def test_in_one_s_own_name_the_words_are_the_source_s(client):
    sign_in(client, MedecinFactory())
    text = client.get("/medecin/").text
    assert text.count("Accéder à mes dossiers") == 4
    assert "Mes patients" in text


# --- The way back in ------------------------------------------------------------------


def test_a_deep_link_says_what_to_do_and_leads_on(client):
    asked = "/administration/habilitations/revue/?vue=mois&tri=-fin"
    answer = client.get(asked, follow=True)
    assert "Connectez-vous pour continuer" in answer.text
    (door,) = [one for one in links_of(answer.text) if one.startswith(reverse("authcps:professionnel") + "?")]
    text = client.get(unescape(door)).text
    assert "Connectez-vous pour continuer" in text
    assert f'name="suite" value="{asked.replace("&", "&amp;")}"' in text
    (other,) = [one for one in links_of(text) if one.startswith(reverse("authcps:medecin") + "?")]
    assert "suite=" in other
    text = client.get("/medecin/", follow=True).text
    assert "Connectez-vous pour continuer" in text
    assert 'name="suite" value="/medecin/"' in text


def test_dossiers_are_of_both_doors(client):
    """DOS-4: a médecin's, and a professional's; each door keeps the page that was asked for."""
    answer = client.get("/dossiers/", follow=True)
    assert "Connectez-vous pour continuer" in answer.text
    for door in ("authcps:medecin", "authcps:professionnel"):
        (way,) = [one for one in links_of(answer.text) if one.startswith(reverse(door) + "?")]
        assert "suite=%2Fdossiers%2F" in way


@pytest.mark.parametrize(
    "suite", ["https://ailleurs.example/", "//ailleurs.example/", "/\\ailleurs.example", "x" * 600]
)
@pytest.mark.parametrize("path", ["/", "/connexion/medecin/", PROFESSIONNEL])
def test_nobody_is_promised_somebody_else_s_page(client, path, suite):
    text = client.get(path, {"suite": suite}).text
    assert "Connectez-vous pour continuer" not in text
    assert "ailleurs.example" not in text


def test_who_comes_by_himself_is_told_nothing(client):
    for path in ("/", "/connexion/medecin/", PROFESSIONNEL):
        assert "Connectez-vous pour continuer" not in client.get(path).text


@pytest.mark.parametrize(
    ("path", "came_from", "suite"),
    [
        ("/mon-compte/sessions/", "http://testserver/mon-compte/?x=1", "/mon-compte/?x=1"),
        ("/mon-compte/sessions/", "", ""),
        ("/mon-compte/sessions/", "https://ailleurs.example/mon-compte/", ""),
        ("/mon-compte/sessions/", f"http://testserver/{'x' * 600}", ""),
        ("/dossiers/creer/", "http://testserver/dossiers/creer/", "/dossiers/creer/"),
    ],
)
def test_what_is_sent_after_the_session_ended_is_said_to_be_lost(client, path, came_from, suite):
    """COM-9: a sentence at the door, nothing done, and the way back to the page."""
    headers = {"Referer": came_from} if came_from else {}
    answer = client.post(path, {"nom": "x", "au_nom_de": "12"}, headers=headers, follow=True)
    assert "Votre session a pris fin" in answer.text
    assert "Ce que vous aviez envoyé n’a pas été enregistré." in answer.text
    assert (
        f'name="suite" value="{suite}"' in answer.text
        or f"suite={suite}" in unquote(answer.text)
        or not suite
    )
    assert ("suite=" in answer.redirect_chain[0][0]) is bool(suite)
    assert not User.objects.exists()


@pytest.mark.parametrize("path", ["/mon-compte/sessions/", "/dossiers/creer/", "/medecin/delegations/"])
def test_who_never_had_a_session_is_not_told_that_it_ended(client, path):
    """By what was sent alone: a page drawn for somebody says for whom."""
    answer = client.post(path, {"nom": "x"}, follow=True)
    assert "Votre session a pris fin" not in answer.text
    assert "Connexion nécessaire" in answer.text
    assert "rien n’a été enregistré" in answer.text


def test_the_door_says_the_same_whoever_is_named(client):
    """Somebody's number, nobody's, no number: nothing is learned of an account."""
    said = {client.post("/mon-compte/", {"au_nom_de": who}).url for who in (UserFactory().pk, 999999, "x")}
    assert said == {"/?perdu=session"}


def test_signing_out_twice_has_lost_nothing(client):
    for path in ("/deconnexion/", "/session/prolonger/"):
        assert "perdu" not in client.post(path).url


def test_too_many_filters_are_left_behind(client):
    answer = client.get("/administration/habilitations/revue/", {"nom": "x" * 600})
    assert answer.url == "/?suite=/administration/habilitations/revue/"
