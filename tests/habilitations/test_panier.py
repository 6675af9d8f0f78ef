"""People chosen over several searches and from the revue, found again (HAB-4, COM-2, docs/adr/0039)."""

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Session
from habilitations import profils
from habilitations.models import Habilitation
from habilitations.reads import search
from habilitations.views import panier
from journal.models import Entry
from tests.factories import (
    CoordinationFactory,
    EtablissementFactory,
    HabilitationFactory,
    UniteFactory,
    UserFactory,
    referent_of,
    sent_droits,
    sign_in,
)

pytestmark = pytest.mark.django_db
COMPTES, GRANT = "/administration/comptes/", "/administration/comptes/attribuer/"
REVUE = "/administration/habilitations/revue/"
GONE = "Cette recherche n’est plus disponible"


@pytest.fixture
def etablissement():
    return EtablissementFactory(nom="CH de Saint-Aubin")


@pytest.fixture
def referent(client, etablissement):
    user = referent_of(etablissement)
    sign_in(client, user)
    return user


@pytest.fixture
def three(etablissement):
    """Of three units."""
    names = ("Garricou", "Moreau", "Villedary")
    return [
        HabilitationFactory(
            user=UserFactory(nom=nom, prenom="Anne"), lieu=UniteFactory(etablissement=etablissement)
        ).user
        for nom in names
    ]


def send(client, url=COMPTES, *, ticked=(), **typed):
    """As the page does: its fields, its ticks, its button."""
    return client.post(url, {**typed, "compte": [one.pk for one in ticked]})


def ticks(answer) -> set[int]:
    """What stands ticked on the page."""
    return {int(pk) for pk in re.findall(r'name="compte" value="(\d+)" checked', answer.text)}


def rows(answer) -> list[int]:
    table = answer.text.partition('<table id="comptes"')[2].partition("</table>")[0]
    return [int(pk) for pk in re.findall(r'<tr data-id="(\d+)"', table)]


def give(client, url, lieux, *, etape="confirmer"):
    typed = {"lieux": lieux, "debut": str(timezone.localdate()), "duree": "12", "etape": etape}
    return client.post(url, typed | sent_droits(profils.EQUIPE_SOIGNANTE))


def entries():
    return Entry.objects.filter(event="comptes.searched").count()


class TestResultsHaveAnAddress:
    def test_that_names_nobody(self, client, referent, three):
        answer = send(client, nom="garri")
        assert answer.status_code == 302
        assert re.fullmatch(COMPTES + r"recherche/[\w-]{22}/", answer.url)
        page = client.get(answer.url)
        assert rows(page) == [three[0].pk]
        assert 'value="garri"' in page.text
        assert page.headers["Cache-Control"] == "no-store"

    def test_the_session_s_row_names_nobody_either(self, client, referent, three):
        send(client, nom="garricou")
        held = Session.objects.get(session_key=client.session.session_key).get_decoded()
        assert held["recherches"]
        assert "garricou" not in str(held).lower()

    def test_coming_back_is_not_another_search(self, client, referent, three):
        """One line in the journal: nobody is shown whom it did not count."""
        url = send(client, nom="garri").url
        HabilitationFactory(user=UserFactory(nom="Garrigue"), lieu=three[0].habilitations.get().unite)
        for _ in range(3):
            assert rows(client.get(url)) == [three[0].pk]
        assert entries() == 1

    def test_coming_back_shows_people_as_they_are_now(self, client, referent, three):
        url = send(client, nom="garri").url
        three[0].habilitations.update(revoked_at=timezone.now())
        assert "Hors de votre périmètre" in client.get(url).text

    def test_two_tabs(self, client, referent, three):
        """Neither shows the other's people, nor its ticks."""
        first, second = send(client, nom="garri").url, send(client, nom="moreau").url
        send(client, first, ticked=[three[0]], nom="garri")
        assert (rows(client.get(first)), ticks(client.get(first))) == ([three[0].pk], {three[0].pk})
        assert (rows(client.get(second)), ticks(client.get(second))) == ([three[1].pk], set())

    def test_a_key_that_is_unknown_another_s_or_over(self, client, referent, etablissement, three):
        url = send(client, nom="garri").url
        other = sign_in(Client(), referent_of(etablissement))
        client.logout()
        back_again = sign_in(client, referent)
        for browser, path in ((other, url), (back_again, url), (other, f"{COMPTES}recherche/zut/")):
            page = browser.get(path)
            assert page.status_code == 200
            assert GONE in unescape(page.text)
            assert "Garricou" not in page.text
            assert 'name="nom"' in page.text

    def test_the_door_keeps_the_address_after_the_session(self, client, referent, three):
        url = send(client, nom="garri").url
        client.cookies[settings.SESSION_COOKIE_NAME] = "gone"
        door = client.get(url)
        assert door.status_code == 302
        assert parse_qs(urlsplit(door.url).query) == {"suite": [url]}

    def test_the_eleventh_search_forgets_the_first(self, client, referent, three):
        urls = [send(client, nom="garri").url for _ in range(11)]
        assert GONE in unescape(client.get(urls[0]).text)
        assert GONE not in unescape(client.get(urls[1]).text)

    def test_a_refused_search_keeps_what_was_typed_and_ticked(self, client, referent, three):
        url = send(client, nom="garri").url
        answer = send(client, url, ticked=[three[0]], nom="x")
        assert answer.status_code == 422
        assert 'value="x"' in answer.text
        assert ticks(answer) == {three[0].pk}

    def test_queries_do_not_grow(self, client, referent, etablissement, three):
        url = send(client, nom="garri").url
        client.get(url)
        with CaptureQueriesContext(connection) as few:
            client.get(url)
        for _ in range(8):
            HabilitationFactory(user=UserFactory(nom="Garricou"), lieu=etablissement)
        everybody = send(client, nom="garri").url
        people = [hit.user for hit in client.get(everybody).context["hits"]]
        assert len(people) == 9
        many = send(client, everybody, ticked=people, nom="garri").url
        client.get(many)
        with CaptureQueriesContext(connection) as seen:
            client.get(many)
        assert len(seen) == len(few) + 1  # the people chosen are asked for, when there are some


class TestPanier:
    def test_ticks_survive_a_second_and_a_third_search(self, client, referent, three):
        """HAB-4."""
        garricou, moreau, villedary = three
        first = send(client, nom="garri").url
        second = send(client, first, ticked=[garricou], nom="moreau").url
        third = send(client, second, ticked=[garricou, moreau], nom="villedary").url
        page = client.get(third)
        assert rows(page) == [villedary.pk]
        assert ticks(page) == {garricou.pk, moreau.pk}
        assert "2 personnes choisies" in page.text
        assert "Vider" in page.text
        assert (ticks(client.get(second)), ticks(client.get(first))) == (
            {garricou.pk, moreau.pk},
            {garricou.pk},
        )

    def test_vider(self, client, referent, three):
        first = send(client, nom="garri").url
        second = send(client, first, ticked=[three[0]], nom="moreau").url
        emptied = send(client, second, ticked=three, vider="oui")
        assert emptied.url == second
        page = client.get(second)
        assert ticks(page) == set()
        assert "Cochez les personnes à habiliter." in page.text

    def test_given_to_three_of_three_units_then_seen(self, client, referent, etablissement, three):
        """HAB-4: the grant carries the people by itself, and ends where one came from, ticks and all."""
        url = send(client, nom="garri").url
        answer = send(client, url, ticked=three, attribuer="oui")
        assert urlsplit(answer.url).path == GRANT
        page = client.get(answer.url)
        assert all(one.nom_complet in page.text for one in three)
        assert f'<a href="{url}">Comptes et habilitations</a>' in page.text
        profil = re.search(r'href="([^"]*/attribuer/equipe_soignante/[^"]*)"', page.text)
        grant = unescape(profil[1])
        lieu = [f"etablissement:{etablissement.pk}"]
        check = give(client, grant, lieu, etape="verifier")
        assert check.status_code == 302
        assert "3 habilitations" in client.get(check.url).text
        assert not Habilitation.objects.filter(
            etablissement=etablissement, unite=None, user__in=three
        ).exists()
        done = give(client, check.url, lieu)
        assert urlsplit(done.url).path == url
        end = client.get(done.url)
        assert ticks(end) == {one.pk for one in three}
        given = end.text.partition('<table id="attribuees"')[2].partition("</table>")[0]
        assert all(one.nom in given for one in three)
        assert "a déjà ce profil" in client.get(check.url).text  # Back

    def test_back_to_the_check_page_modifies_what_was_typed(self, client, referent, etablissement, three):
        grant = f"{GRANT}equipe_soignante/?compte={three[0].pk}"
        check = give(client, grant, [f"etablissement:{etablissement.pk}"], etape="verifier").url
        page = client.get(check)
        modify = unescape(re.search(r'href="([^"]*modifier=oui)"', page.text)[1])
        form = client.get(f"{GRANT}equipe_soignante/{modify}")
        assert form.status_code == 200
        assert f'value="etablissement:{etablissement.pk}" checked' in form.text
        again = give(
            client, f"{GRANT}equipe_soignante/{modify}", [f"etablissement:{etablissement.pk}"], etape="x"
        )
        assert again.status_code == 302
        assert not Habilitation.objects.filter(user=three[0], profil="equipe_soignante").exists()

    def test_a_check_page_of_another_session(self, client, referent, etablissement, three):
        grant = f"{GRANT}equipe_soignante/?compte={three[0].pk}"
        check = give(client, grant, [f"etablissement:{etablissement.pk}"], etape="verifier").url
        client.logout()
        sign_in(client, referent)
        page = client.get(check)
        assert page.status_code == 200
        assert "saisissez-le de nouveau" in page.text

    def test_somebody_disabled_since(self, client, referent, etablissement, three):
        """A sentence that names him, nothing half done: on the way, and at the last click."""
        lieu = [f"etablissement:{etablissement.pk}"]
        url = send(client, nom="garri").url
        start = send(client, url, ticked=three, attribuer="oui").url
        grant = start.replace("attribuer/?", "attribuer/equipe_soignante/?")
        check = give(client, grant, lieu, etape="verifier").url
        three[1].disabled_at = timezone.now()
        three[1].save()
        refused = give(client, check, lieu)
        assert refused.status_code == 422
        assert three[1].login in refused.text
        for path in (start, grant):
            answer = client.get(path, follow=True)
            assert answer.redirect_chain == [(url, 302)]
            assert "Rien n’est attribué." in answer.text
            assert "Le compte de Anne Moreau" in answer.text
            assert ticks(answer) == {three[0].pk, three[2].pk}
        assert not Habilitation.objects.filter(profil="equipe_soignante", user__in=three).exists()

    def test_somebody_out_of_reach_since(self, client, referent, etablissement, three):
        """Near miss: given to two of three without a word."""
        unseen = [HabilitationFactory(lieu=etablissement).user for _ in range(2)]
        people = "&".join(f"compte={one.pk}" for one in unseen)
        Habilitation.objects.of(unseen[0]).update(revoked_at=timezone.now())
        for ask in (client.get, lambda path: give(client, path, [f"etablissement:{etablissement.pk}"])):
            answer = ask(f"{GRANT}equipe_soignante/?{people}")
            assert answer.status_code == 302
            assert "ne vous est plus accessible" in client.get(answer.url).text
        assert not Habilitation.objects.filter(profil="equipe_soignante").exists()

    def test_more_than_can_be_given_together(self, client, referent, etablissement, monkeypatch):
        monkeypatch.setattr(panier, "AT_MOST", 2)
        people = [HabilitationFactory(lieu=etablissement).user for _ in range(3)]
        start = send(client, ticked=people, attribuer="oui").url
        assert "Choisissez 2 personnes au plus" in client.get(start, follow=True).text

    @pytest.mark.parametrize("forged", ["²", "-1", "1e3", "9" * 30, "", "x"])
    def test_a_tick_that_is_no_number_names_nobody(self, client, referent, forged):
        answer = client.post(COMPTES, {"compte": forged, "attribuer": "oui"}, follow=True)
        assert answer.status_code == 200
        assert "cochez-les" in answer.text

    def test_oneself_is_never_chosen(self, client, referent, etablissement):
        answer = send(client, ticked=[referent], attribuer="oui")
        assert "Vous ne pouvez pas vous attribuer" in client.get(answer.url, follow=True).text

    def test_from_the_revue(self, client, referent, etablissement, three):
        """HAB-4: ticked lines, then back to the revue as it was filtered."""
        lines = [one.habilitations.get().pk for one in three]
        asked = {"choix": lines, "retour": "tri=-fin"}
        assert f'formaction="{GRANT}"' in client.get(REVUE).text
        answer = client.get(GRANT, asked, follow=True)
        assert all(one.nom_complet in answer.text for one in three)
        assert f"{REVUE}?tri=-fin" in unescape(answer.text)
        grant = unescape(re.search(r'href="([^"]*/attribuer/equipe_soignante/[^"]*)"', answer.text)[1])
        done = give(client, grant, [f"etablissement:{etablissement.pk}"])
        assert done.url == f"{REVUE}?tri=-fin"
        assert "3 habilitations attribuées" in client.get(done.url).text

    def test_lines_of_somebody_else_s_perimeter_choose_nobody(self, client, referent):
        answer = client.get(GRANT, {"choix": HabilitationFactory().pk}, follow=True)
        assert "cochez-les" in answer.text


class TestWithoutAName:
    """HAB-4, COM-8: by structure, unit and profile, inside one's perimeter only."""

    def found(self, client, **typed):
        return set(rows(client.get(send(client, **typed).url)))

    def test_by_unit_structure_and_profile(self, client, referent, etablissement):
        unite = UniteFactory(etablissement=etablissement, nom="Médecine gériatrique")
        there = HabilitationFactory(lieu=unite, profil="equipe_soignante").user
        other = HabilitationFactory(lieu=unite, profil="gestionnaire_administratif").user
        above = HabilitationFactory(lieu=etablissement, profil="equipe_soignante").user
        next_door = HabilitationFactory(
            lieu=UniteFactory(nom="Médecine gériatrique"), profil="equipe_soignante"
        ).user
        assert self.found(client, structure="GERIATRIQUE") == {there.pk, other.pk}
        assert self.found(client, structure="geriatrique", profil="equipe_soignante") == {there.pk}
        assert self.found(client, profil="equipe_soignante") == {there.pk, above.pk}
        assert self.found(client, structure="saint aubin") >= {there.pk, other.pk, above.pk}
        assert self.found(client, structure="saint aubin", nom=there.nom[:4], prenom=there.prenom) >= {
            there.pk
        }
        assert next_door.pk not in self.found(client, structure="geriatrique")

    def test_a_referent_of_a_unit_names_his_structure(self, client, etablissement):
        unite, beside = UniteFactory.create_batch(2, etablissement=etablissement)
        sign_in(client, referent_of(unite))
        mine, theirs = HabilitationFactory(lieu=unite).user, HabilitationFactory(lieu=beside).user
        found = self.found(client, structure="saint-aubin")
        assert mine.pk in found
        assert theirs.pk not in found

    def test_what_is_over_is_not_held(self, client, referent, etablissement):
        HabilitationFactory(lieu=etablissement, over=True, profil="equipe_soignante")
        assert self.found(client, profil="equipe_soignante") == set()

    @pytest.mark.parametrize("typed", [{"structure": "x"}, {"profil": "zut"}, {"structure": "x" * 101}])
    def test_too_little_or_unknown_says_so(self, client, referent, typed):
        assert send(client, **typed).status_code == 422
        assert entries() == 0

    def test_the_journal_names_the_fields_only(self, client, referent):
        send(client, structure="saint-aubin", profil="equipe_soignante")
        assert Entry.objects.get(event="comptes.searched").data["criteres"] == "profil, structure"

    def test_a_profile_alone_of_the_whole_country_is_too_much(self, client, etablissement):
        sign_in(client, HabilitationFactory(lieu=None, profil="administrateur_national").user)
        there = HabilitationFactory(lieu=etablissement, profil="equipe_soignante").user
        refused = send(client, profil="equipe_soignante")
        assert refused.status_code == 422
        assert "indiquez aussi une structure" in refused.text
        assert self.found(client, profil="equipe_soignante", structure="saint-aubin") == {there.pk}
        assert self.found(client, profil="equipe_soignante", nom=there.nom) == {there.pk}

    def test_a_name_that_means_too_many_places(self, client, referent, etablissement, monkeypatch):
        monkeypatch.setattr(search, "PLACES", 1)
        UniteFactory.create_batch(2, etablissement=etablissement, nom="Médecine")
        refused = send(client, structure="medecine")
        assert refused.status_code == 422
        assert "précisez-le" in refused.text

    def test_in_the_order_of_names_each_once(self, client, referent, etablissement):
        people = [
            HabilitationFactory(lieu=etablissement, user=UserFactory(nom=nom), profil="equipe_soignante").user
            for nom in ("Zola", "Adam", "Éluard")
        ]
        HabilitationFactory(
            lieu=UniteFactory(etablissement=etablissement), user=people[0], profil="equipe_soignante"
        )
        shown = rows(client.get(send(client, profil="equipe_soignante").url))
        assert shown == [people[1].pk, people[2].pk, people[0].pk]

    def test_a_wide_perimeter(self, client, etablissement):
        sign_in(client, referent_of(CoordinationFactory()))
        HabilitationFactory(lieu=etablissement, profil="equipe_soignante")
        assert self.found(client, structure="saint-aubin") == set()
