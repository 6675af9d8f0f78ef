"""The thirty checks of sign-in (ASVS 5.0 level 2): what no other file holds, then where each is shown."""

import ast
import re
from functools import cache

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.test import Client
from django.urls import reverse
from django.utils import timezone

import accounts.actions
from accounts.models import Session
from authcps.models import Code
from journal.models import Entry
from tests.authcps.test_actions import last_code, wrong
from tests.authcps.test_arrival import HOLDER, NURSE, PAIR, holding
from tests.factories import (
    PASSWORD,
    DelegationFactory,
    HabilitationFactory,
    MedecinFactory,
    UserFactory,
    sign_in,
)
from tests.house.plan import World, our_routes
from viatraj.core.actor import Actor, Means

pytestmark = pytest.mark.django_db
DOOR, CODE = "/connexion/medecin/", "/connexion/code/"


def typed(user, password=PASSWORD):
    return {"identifiant": user.login, "mot_de_passe": password}


def test_check_02_a_right_password_alone_opens_nothing(client):
    user = MedecinFactory()
    assert client.post(DOOR, typed(user)).url == CODE
    assert SESSION_KEY not in client.session
    assert not Session.objects.filter(user=user).exists()
    for path in ("/medecin/", "/mon-compte/", "/gestion/"):
        assert client.get(path).status_code == 302, path
    client.cookies[settings.TRUST_COOKIE_NAME] = "un navigateur inventé"
    assert client.post(DOOR, typed(user)).url == CODE


def test_check_06_nothing_is_in_clear_anywhere(client, monkeypatch, caplog):
    """After delivery: texts, lists and bytes of every table, and all that was logged."""
    user = MedecinFactory(email="christine@cabinet.example")
    secret, code = "un secret tapé par erreur", "482913"
    monkeypatch.setattr(Code, "draw", staticmethod(lambda: code))
    with caplog.at_level("DEBUG"):
        client.post(DOOR, typed(user, secret))
        client.post(DOOR, typed(user))
        client.post(CODE, {"code": wrong(code)})
        assert client.post(CODE, {"code": code}).url == "/medecin/"
        asked = {"ancien": PASSWORD, "mot_de_passe": secret, "mot_de_passe_bis": secret}
        assert client.post("/mon-compte/mot-de-passe/", asked).status_code == 302
    kept = "\n".join(
        str(one) for model in apps.get_models() for row in model.objects.values() for one in row.values()
    )
    logged = "\n".join(str(record.__dict__) for record in caplog.records)
    for place in (kept, logged):
        assert place
        for hidden in (PASSWORD, secret, code, wrong(code)):
            assert not re.search(rf"(?<![\w.:]){re.escape(hidden)}(?!\w)", place), hidden


def test_check_15_the_session_key_changes_at_each_rise(client):
    """Password, code, going over to the other space, working for somebody else."""
    lent = DelegationFactory()
    user = lent.delegataire
    HabilitationFactory(user=user)
    client.get(DOOR)
    keys = [client.session.session_key]
    for path, body in (
        (DOOR, typed(user)),
        (CODE, None),
        ("/basculer/", {}),
        ("/delegations/agir/", {"delegation": lent.pk}),
        ("/delegations/agir/", {"delegation": "", "au_nom_de": lent.delegant_id}),
    ):
        path = reverse("delegations:switch") if path.startswith("/delegations") else path
        assert client.post(path, {"code": last_code()} if body is None else body).status_code == 302
        keys.append(client.session.session_key)
    assert len(set(keys)) == len(keys)
    assert Session.objects.filter(user=user).count() == 1, "and the former one opens nothing"


def test_check_17_a_stolen_key_dies_with_the_password(client):
    user = MedecinFactory()
    sign_in(client, user)
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = client.session.session_key
    assert thief.get("/mon-compte/").status_code == 200
    new = "la barque verte du lac"
    asked = {"ancien": PASSWORD, "mot_de_passe": new, "mot_de_passe_bis": new}
    assert client.post("/mon-compte/mot-de-passe/", asked).status_code == 302
    assert thief.get("/mon-compte/").status_code == 302
    assert client.get("/mon-compte/").status_code == 200


def test_check_23_each_page_lets_one_leave():
    world = World()
    browser = world.browser("owner")
    left = [
        route.name
        for route in our_routes()
        if (answer := browser.ask("GET", world.url(route))).status_code == 200
        and answer["Content-Type"].startswith("text/html")
        and route.login_required
        and 'action="/deconnexion/"' not in answer.text
    ]
    assert left == []


def test_check_30_every_outcome_is_in_the_journal(client):
    """Who, when, from where, by which means; the journal itself is append-only (tests/journal)."""
    user, nurse = MedecinFactory(), UserFactory(**HOLDER)
    client.post(DOOR, typed(user, "faux"))
    client.post(DOOR, typed(user))
    client.post(CODE, {"code": wrong(last_code())})
    client.post(CODE, {"code": last_code()})
    client.post("/deconnexion/")
    holding(client, NURSE, door="professionnel")
    client.post(PAIR, typed(nurse))
    client.post(CODE, {"code": last_code()})
    for _ in range(5):
        Client().post(DOOR, typed(user, "faux"))
    accounts.actions.lift_lock(user, by=Actor(user=user, means=Means.CPS, address="127.0.0.1"))
    lines = Entry.objects.exclude(address="")
    for event, means in (
        ("connexion.refused", ""),
        ("connexion.started", ""),
        ("code.refused", ""),
        ("code.redeemed", ""),
        ("connexion.opened", "mail"),
        ("connexion.closed", "mail"),
        ("identite.paired", ""),
        ("connexion.opened", "cpe"),
        ("compte.locked", ""),
        ("compte.unlocked", "cps"),
    ):
        line = lines.filter(event=event, means=means).first()
        assert line, (event, means)
        assert abs((line.at - timezone.now()).total_seconds()) < 3600
        assert line.user_id in (user.pk, nurse.pk) or line.object_id == str(user.pk), event


# --- Where each one is shown -----------------------------------------------------------------------
A, H, P = "tests/authcps", "tests/house", "tests/authcps/psc"
CHECKS = {
    1: [f"{H}/test_ways_in.py::test_check_01_no_other_view_opens_a_session"],
    2: [f"{A}/test_checks.py::test_check_02_a_right_password_alone_opens_nothing"],
    3: [
        f"{A}/test_actions.py::TestCode::test_six_digits_by_encrypted_mail_first_in_line",
        f"{A}/test_actions.py::TestCode::test_ten_minutes",
        f"{A}/test_actions.py::TestCode::test_right_code_opens_once",
    ],
    4: [
        f"{A}/test_views.py::TestCodePage::test_code_of_one_browser_is_worth_nothing_in_another",
        f"{A}/test_actions.py::TestCode::test_worth_nothing_in_another_attempt",
    ],
    5: [
        f"{A}/test_actions.py::TestCode::test_sixth_look_is_refused_even_with_the_right_code",
        f"{A}/test_actions.py::TestCode::test_a_minute_between_codes_and_six_an_hour",
        f"{A}/test_concurrency.py::test_forty_guesses_at_most_five_are_looked_at",
    ],
    6: [f"{A}/test_checks.py::test_check_06_nothing_is_in_clear_anywhere"],
    7: [
        f"{A}/test_actions.py::TestIdentify::test_fifth_wrong_password_locks_the_password_door",
        "tests/accounts/test_mots_de_passe.py::TestLock::test_unlocked_by_a_referent_of_his_perimeter",
    ],
    8: [
        f"{A}/test_actions.py::TestIdentify::test_refusals_are_alike",
        f"{A}/test_views.py::TestDoors::test_refusals_read_alike",
        "tests/bench/bench_connexion.py::alike",
    ],
    9: [f"{A}/test_views.py::TestLimits::test_spraying_from_one_address_is_slowed"],
    10: [
        "tests/accounts/test_oubli.py::TestForgotten::test_from_the_link_to_the_new_password",
        "tests/accounts/test_oubli.py::TestForgotten::test_the_link_serves_once",
        "tests/accounts/test_oubli.py::TestForgotten::test_the_link_lives_24_hours",
        "tests/accounts/test_oubli.py::TestAlike::test_same_answer",
    ],
    11: ["tests/accounts/test_mots_de_passe.py::TestChange::test_nobody_changes_somebody_else_s"],
    12: [
        "tests/accounts/test_mots_de_passe.py::TestPolicy::test_length_is_the_only_shape",
        "tests/accounts/test_mots_de_passe.py::TestPolicy::test_the_commonest_of_the_world_dressed_to_twelve",
        "tests/accounts/test_mots_de_passe.py::TestPolicy::test_personal_words",
        "tests/accounts/test_mots_de_passe.py::TestChange::test_the_old_one_is_asked",
    ],
    13: [
        "tests/accounts/test_mots_de_passe.py::TestHashes::test_argon2id_as_owasp_sizes_it",
        f"{A}/test_actions.py::TestIdentify::test_weaker_hash_is_renewed_at_sign_in",
    ],
    14: ["tests/accounts/test_oubli.py::TestExpired::test_nothing_else_opens_before"],
    15: [f"{A}/test_checks.py::test_check_15_the_session_key_changes_at_each_rise"],
    16: [
        f"{A}/test_views.py::TestSession::test_idle_half_an_hour",
        f"{A}/test_views.py::TestSession::test_eight_hours_at_most",
    ],
    17: [
        f"{A}/test_checks.py::test_check_17_a_stolen_key_dies_with_the_password",
        f"{A}/test_views.py::TestSession::test_disabling_ends_at_the_next_click",
    ],
    18: [
        "tests/accounts/test_oubli.py::TestAddresses::test_the_password_is_asked",
        "tests/accounts/test_oubli.py::TestAddresses::test_address_is_used_once_confirmed_and_the_former_is_told",
        f"{A}/test_arrival.py::TestRemoval::test_check_18_the_password_is_asked",
    ],
    19: ["tests/accounts/test_oubli.py::TestAddresses::test_mobile_serves_once_verified"],
    20: [
        f"{P}/test_psc_faults.py::TestFaults::test_refused",
        f"{P}/test_psc_faults.py::TestFaults::test_a_callback_is_accepted_once",
    ],
    21: [
        f"{P}/test_psc.py::TestSignIn::test_the_request_to_psc_has_all_its_parameters",
        f"{P}/test_psc_faults.py::TestFaults::test_a_faulty_discovery_document",
    ],
    22: [
        f"{P}/test_psc.py::TestSignIn::test_an_account_is_found_by_its_number_alone",
        f"{A}/test_card.py::test_check_22_the_identity_is_the_number_not_the_name",
    ],
    23: [
        f"{A}/test_checks.py::test_check_23_each_page_lets_one_leave",
        f"{P}/test_psc.py::TestLogout::test_ours_first_then_psc_s",
    ],
    24: [f"{A}/test_card.py::test_check_24_and_25_cards_refused"],
    25: [f"{A}/test_card.py::test_check_25_a_challenge_is_random_and_lives_120_seconds"],
    26: [
        f"{A}/test_card_tls.py::test_check_26_forged_headers_let_nobody_in",
        f"{A}/test_card_tls.py::test_check_26_forged_headers_through_nginx",
    ],
    27: [
        f"{A}/test_arrival.py::TestPairing::test_then_the_card_is_enough",
        f"{A}/test_arrival.py::TestPairing::test_number_of_another_account",
        f"{A}/test_arrival.py::TestRemoval::test_ends_and_tells",
        "tests/espaces/test_cartes.py::test_check_27_by_a_referent_of_his_perimeter_alone",
    ],
    28: [
        "tests/habilitations/test_comptes.py::test_the_padlock",
        "tests/accounts/test_mots_de_passe.py::TestLock::test_unlocked_by_a_referent_of_his_perimeter",
        "tests/habilitations/test_policies.py::test_a_referent_gives_nothing_in_a_neighbouring_place",
        f"{H}/test_matrix.py::test_matrix",
        "tests/delegations/test_truth_table.py::test_what_is_not_in_force_opens_nothing_by_any_way",
        "tests/delegations/test_truth_table.py::test_an_assistant_reaches_what_was_lent_where_it_was_lent",
    ],
    29: [
        f"{H}/test_headers.py::test_every_page_is_guarded",
        f"{H}/test_headers.py::test_https_makes_cookies_secure_and_bound_to_the_host",
        f"{H}/test_headers.py::test_a_forged_form_is_refused_and_guarded",
    ],
    30: [
        f"{A}/test_checks.py::test_check_30_every_outcome_is_in_the_journal",
        "tests/journal/test_models.py::test_even_the_owner_is_refused_to_change_or_remove",
    ],
}


@cache
def defined(path) -> frozenset[str]:
    tree = ast.parse((settings.BASE_DIR / path).read_text())
    found = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    for one in tree.body:
        if isinstance(one, ast.ClassDef):
            found |= {f"{one.name}::{node.name}" for node in one.body if isinstance(node, ast.FunctionDef)}
    return frozenset(found)


def test_each_check_has_its_test():
    assert CHECKS.keys() == set(range(1, 31))
    named = [one for shown in CHECKS.values() for one in shown]
    missing = [one for one in named if one.partition("::")[2] not in defined(one.partition("::")[0])]
    assert missing == []
