"""Pro Santé Connect, against the simulator over real HTTP: sign-in, exercices, logout (CON-2, CON-7)."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest

from accounts.models import Identite, Session
from authcps import psc
from authcps.models import Attempt
from journal.models import Entry
from tests.authcps.psc.steps import (
    CPE,
    LECLERCQ,
    NEWCOMER,
    REALM,
    REVOKED,
    ROLE_99,
    START,
    TWO_EXERCICES,
    choose,
    come_back,
    leave,
    path_of,
    user_of,
)
from tests.factories import MedecinFactory, UserFactory, sign_in
from tools.servers import free_port
from viatraj.core.actor import Means

pytestmark = pytest.mark.django_db


class TestSignIn:
    def test_the_request_to_psc_has_all_its_parameters(self, client):
        """Check 21: PKCE S256, state, nonce, acr_values, scope, exact return address."""
        url = leave(client)
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        assert asked["scope"] == "openid scope_all"
        assert (asked["response_type"], asked["acr_values"]) == ("code", "eidas1")
        assert asked["code_challenge_method"] == "S256"
        assert len(asked["code_challenge"]) == 43
        assert min(len(asked["state"]), len(asked["nonce"])) >= 20
        assert asked["redirect_uri"] == psc._our("authcps:psc_return")

    def test_a_known_medecin_is_in(self, client, medecin):
        answer = come_back(client)
        assert (answer.status_code, answer.url) == (302, "/medecin/")
        assert user_of(client) == medecin
        assert Session.objects.get(user=medecin).means == Means.PSC
        medecin.refresh_from_db()
        assert medecin.first_strong_at
        assert medecin.last_sign_in_means == Means.PSC

    def test_the_page_asked_for_is_where_one_arrives(self, client, medecin):
        url = leave(client, suite="/medecin/delegations/")
        assert client.get(choose(client, url)).url == "/medecin/delegations/"

    @pytest.mark.parametrize("suite", ["https://autre.example/", "//autre.example/", "/\\autre.example"])
    def test_nobody_else_s_page_is(self, client, medecin, suite):
        url = leave(client, suite=suite)
        assert client.get(choose(client, url)).url == "/medecin/"

    def test_the_session_key_changes(self, client, medecin):
        url = leave(client)
        before = client.session.session_key
        client.get(choose(client, url))
        assert client.session.session_key != before
        assert not Session.objects.filter(session_key=before).exists()

    def test_neither_code_nor_access_token_is_kept(self, client, medecin):
        back = choose(client, leave(client))
        client.get(back)
        kept = str(dict(client.session))
        assert "access_token" not in kept
        assert parse_qs(urlsplit(back).query)["code"][0] not in kept
        assert "code_verifier" not in kept

    def test_two_tabs_can_sign_in_side_by_side(self, client, medecin):
        first, second = leave(client), leave(client)
        assert client.get(choose(client, first)).url == "/medecin/"
        assert client.get(choose(client, second)).status_code == 403
        assert user_of(client) == medecin

    def test_an_account_is_found_by_its_number_alone(self, client):
        """Check 22: neither name nor mail takes over an account."""
        other = MedecinFactory(nom="Leclercq", prenom="Christine", email="christine.leclercq@cabinet.example")
        assert come_back(client).url == "/connexion/premiere/"
        assert user_of(client) is None
        assert not Identite.objects.filter(user=other, idnat=LECLERCQ).exists()

    def test_a_retired_number_opens_nothing(self, client, medecin):
        medecin.identites.update(ended_at="2026-01-01T00:00Z")
        assert come_back(client).url == "/connexion/appairage/", "his account exists: he pairs again"
        assert user_of(client) is None

    def test_the_lock_closes_the_password_door_only(self, client, medecin):
        medecin.locked_at = "2026-01-01T00:00Z"
        medecin.save()
        assert come_back(client).url == "/medecin/"

    def test_a_disabled_account_stays_closed(self, client, medecin):
        medecin.disabled_at = "2026-01-01T00:00Z"
        medecin.save()
        assert come_back(client).status_code == 403
        assert user_of(client) is None

    def test_a_newcomer_is_led_to_the_first_sign_in(self, client):
        assert come_back(client, NEWCOMER).url == "/connexion/premiere/"
        kept = Attempt.objects.get().identity
        assert (kept["idnat"], kept["nom"], kept["prenom"]) == (NEWCOMER, "DELAUNOY", "Nour")
        assert (kept["profession"], kept["categorie"], kept["profession_label"]) == ("10", "C", "Médecin")
        assert kept["adresse"] == "4 R DES TILLEULS\n31000 TOULOUSE"
        page = client.get("/connexion/premiere/").text
        assert "Médecine générale" in page
        assert "SM54" not in page
        assert "annuaire national" not in page

    def test_a_cpe_pairs_at_the_professional_s_door(self, client):
        assert come_back(client, CPE, door="professionnel").url == "/connexion/appairage/"
        kept = Attempt.objects.get().identity
        assert (kept["idnat"], kept["profession_label"]) == (CPE, "Secretariat medical")
        assert kept["structure"] == "1990001234 CENTRE HOSPITALIER DES COLLINES"

    def test_a_paired_professional_is_in(self, client):
        user = UserFactory()
        Identite.objects.create(user=user, idnat=CPE, kind=Identite.Kind.STRUCTURE)
        assert come_back(client, CPE, door="professionnel").url == "/professionnel/"
        assert user_of(client) == user

    def test_an_unknown_role_at_the_medecin_s_door_needs_an_invitation(self, client):
        """Profession 99, the role's (RPPS+)."""
        answer = client.get(come_back(client, ROLE_99).url)
        assert answer.status_code == 403
        assert "il faut que le médecin vous octroie des droits par délégation" in answer.text
        assert Attempt.objects.get().identity["profession"] == "99"

    def test_the_journal_says_who_and_how(self, client, medecin):
        """Check 30."""
        come_back(client)
        events = list(Entry.objects.order_by("pk").values_list("event", flat=True))
        assert events[0] == "connexion.begun"
        assert {"identite.verified", "identite.recognised"} <= set(events)


class TestExercices:
    def test_who_has_several_chooses_the_medecin_s_first(self, client):
        assert come_back(client, TWO_EXERCICES).url == "/connexion/psc/exercice/"
        text = client.get("/connexion/psc/exercice/").text
        assert text.index("Médecin – CABINET DR QUÉMÉNEUR") < text.index("Pharmacien – PHARMACIE DES ARCADES")
        assert re.search(r'value="0"[^>]*checked', text)
        assert Attempt.objects.get().identity is None
        assert client.post("/connexion/psc/exercice/", {"exercice": "0"}).url == "/connexion/premiere/"
        kept = Attempt.objects.get().identity
        assert (kept["profession"], kept["structure"]) == ("10", "CABINET DR QUÉMÉNEUR")

    def test_the_other_one_opens_no_medecin_s_account(self, client):
        come_back(client, TWO_EXERCICES)
        gone = client.post("/connexion/psc/exercice/", {"exercice": "1"})
        assert gone.url == "/connexion/assistant/", "where nobody has invited him"
        assert client.get(gone.url).status_code == 403
        assert Attempt.objects.get().identity["profession"] == "21"

    @pytest.mark.parametrize("posted", [{}, {"exercice": "2"}, {"exercice": "-1"}, {"exercice": "x"}])
    def test_a_forged_choice_is_refused(self, client, posted):
        come_back(client, TWO_EXERCICES)
        answer = client.post("/connexion/psc/exercice/", posted)
        assert answer.status_code == 422
        assert Attempt.objects.get().identity is None

    def test_a_choice_is_made_once(self, client):
        come_back(client, TWO_EXERCICES)
        client.post("/connexion/psc/exercice/", {"exercice": "0"})
        assert client.post("/connexion/psc/exercice/", {"exercice": "1"}).url == "/"
        assert Attempt.objects.get().identity["profession"] == "10"

    def test_an_account_that_exists_is_not_asked(self, client):
        user = MedecinFactory(login=TWO_EXERCICES)
        assert come_back(client, TWO_EXERCICES).url == "/medecin/"
        assert user_of(client) == user

    def test_a_choice_left_behind_is_not_the_next_person_s(self, client):
        """A shared computer: who came first left at the choice, the next one begins by card."""
        come_back(client, TWO_EXERCICES)
        client.post("/connexion/carte/", {"porte": "medecin"})
        assert client.post("/connexion/psc/exercice/", {"exercice": "0"}).url == "/"
        assert not Attempt.objects.filter(identity__isnull=False).exists()

    def test_nobody_chooses_without_having_come_from_psc(self, client):
        assert client.get("/connexion/psc/exercice/").url == "/"


class TestStart:
    def test_a_get_shows_the_button_and_writes_nothing(self, client):
        answer = client.get(START, {"porte": "professionnel", "suite": "/mon-compte/"})
        assert 'name="porte" value="professionnel"' in answer.text
        assert 'name="suite" value="/mon-compte/"' in answer.text
        assert not Attempt.objects.exists()

    def test_an_unknown_door_is_the_medecin_s(self, client):
        leave(client, door="ailleurs")
        assert Attempt.objects.get().door == "medecin"

    def test_pages_may_send_forms_to_psc(self, client):
        """Browsers check form-action along redirections."""
        from csp.constants import SELF

        from viatraj.settings import CONTENT_SECURITY_POLICY, PSC_ORIGINS

        assert CONTENT_SECURITY_POLICY["DIRECTIVES"]["form-action"] == [SELF, *PSC_ORIGINS]

    @pytest.mark.parametrize("path", ["/connexion/medecin/", "/connexion/professionnel/"])
    def test_both_doors_have_the_button(self, client, settings, path):
        assert f'action="{START}"' in client.get(path).text
        settings.PSC_ISSUER = ""
        closed = client.get(path).text
        assert f'action="{START}"' not in closed
        assert "Ce moyen de connexion n’est pas encore disponible" in closed

    def test_after_a_refusal_psc_asks_again_who_one_is(self, client):
        come_back(client, REVOKED)
        assert "prompt=login" in leave(client, autre="1")


class TestLogout:
    def test_ours_first_then_psc_s(self, client, medecin):
        """Check 23."""
        come_back(client)
        answer = client.post("/deconnexion/")
        assert user_of(client) is None
        asked = parse_qs(urlsplit(answer.url).query)
        assert answer.url.startswith(psc.settings.PSC_ISSUER)
        assert asked["post_logout_redirect_uri"] == [psc._our("authcps:psc_logout_return")]
        back = client.get(path_of(answer.url))
        assert back.url == psc._our("authcps:psc_logout_return")
        page = client.get(path_of(back.url))
        assert page.status_code == 200
        assert "Déconnexion effectuée" in page.text

    def test_psc_forgets_too(self, client, medecin):
        come_back(client)
        silent = client.get(path_of(leave(client)))
        assert (silent.status_code, "code=" in silent.url) == (302, True)
        client.get(path_of(client.post("/deconnexion/").url))
        assert client.get(path_of(leave(client))).status_code == 200

    def test_a_dead_psc_keeps_nobody_in(self, client, medecin, settings):
        come_back(client)
        settings.PSC_ISSUER = f"http://127.0.0.1:{free_port()}{REALM}"
        assert client.post("/deconnexion/").url == "/"
        assert user_of(client) is None

    def test_other_means_do_not_go_by_psc(self, client, medecin):
        sign_in(client, medecin)
        assert client.post("/deconnexion/").url == "/"

    @pytest.mark.parametrize("query", ["", "?state=", "?state=inconnu", "?error=x"])
    def test_the_return_page_tolerates_everything_and_changes_nothing(self, client, medecin, query):
        sign_in(client, medecin)
        assert client.get(f"/deconnexion/retour/{query}").status_code == 200
        assert user_of(client) == medecin
