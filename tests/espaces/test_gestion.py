"""/gestion/ (TRC-4): only support, every look journalled, nobody's letters, nothing written."""

import ast
import re
from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

import accounts.actions
from accounts.policies import support
from courrier.models import Message
from dossiers.models import Dossier
from journal.models import Entry, record
from tests.dossiers.factories import DossierFactory, join, lend, volet_of
from tests.factories import (
    DelegationFactory,
    EtablissementFactory,
    HabilitationFactory,
    MedecinFactory,
    UserFactory,
    as_delegate,
    as_medecin,
    as_professionnel,
    referent_of,
    sign_in,
)
from tests.house.source import modules
from tests.house.walk import Written
from viatraj.core.actor import Actor, Means
from viatraj.core.policies import can
from viatraj.espaces.gestion import reads

pytestmark = pytest.mark.django_db
HOME = "/gestion/"
PARTS = ("", "droits/", "journal/", "envois/")


@pytest.fixture
def staff(client):
    user = UserFactory(is_staff=True, nom="Ferrand", prenom="Paul")
    sign_in(client, user, means=Means.CPS)
    return user


@pytest.fixture
def person():
    """Who telephones: a right at a place, a mobile, an address."""
    lieu = EtablissementFactory(nom="CH des Tilleuls")
    user = UserFactory(nom="Arnaud", prenom="Claire", login="carnaud", email="claire.arnaud@ch.example")
    user.mobile = "+33639980042"
    user.save()
    HabilitationFactory(user=user, lieu=lieu)
    return user


def path_of(user, part="") -> str:
    return f"{HOME}comptes/{user.pk}/{part}"


def main_of(response) -> str:
    assert response.status_code == 200
    return unescape(response.text.split("<main")[1])


def post_letter(to, **known):
    known = {"channel": "mail", "subject": "SUJET DE LA LETTRE", "text": "CORPS 123456", **known}
    return Message.objects.create(to=to, message_id=f"<{known['key']}@x>", **known)


# --- Who ------------------------------------------------------------------------------


def test_the_truth_table():
    """A support account, in its own name, by a card or the e-CPS; nobody else, however high his rights."""
    staff = UserFactory(is_staff=True)
    disabled = UserFactory(is_staff=True, disabled_at=timezone.now())
    lent = DelegationFactory(delegataire=UserFactory(is_staff=True))
    table = {means: Actor(user=staff, means=means) for means in Means}
    let_in = {means for means, actor in table.items() if can(support, actor)}
    assert let_in == {Means.CPS, Means.CPE, Means.CPA, Means.PSC}  # not mail, SMS, TOTP, recovery, trusted
    refused = {
        "a password alone": Actor(user=staff, means=""),
        "disabled": Actor(user=disabled, means=Means.CPS),
        "acting for a médecin": as_delegate(lent),
        "a national administrator": as_professionnel(
            HabilitationFactory(lieu=None, profil="administrateur_national").user
        ),
        "a référent": as_professionnel(referent_of(EtablissementFactory())),
        "a médecin": as_medecin(MedecinFactory()),
        "nobody": Actor.anonymous("127.0.0.1"),
        "a process": Actor.system("test"),
    }
    assert {name for name, actor in refused.items() if can(support, actor)} == set()


@pytest.mark.parametrize("means", [Means.MAIL, Means.TOTP, Means.TRUSTED])
def test_without_a_card_every_page_is_closed_and_says_the_way(client, person, means):
    """TRC-4: a code, whose mailbox may be somebody else's by now; the menu still leads to the reason."""
    sign_in(client, UserFactory(is_staff=True), means=means)
    assert f'href="{HOME}"' in client.get("/professionnel/").text
    for path in (HOME, f"{HOME}envois/", *(path_of(person, part) for part in PARTS)):
        answer = client.get(path)
        assert answer.status_code == 403, path
        assert "elles s’ouvrent par une carte" in unescape(answer.text)
        assert "Arnaud" not in answer.text
    assert client.get(f"{HOME}journal/entry/").status_code == 302
    assert not Entry.objects.filter(event="compte.consulted").exists()


def test_a_password_alone_opens_nothing(client, person):
    """As Django's own sign-in would let it in."""
    client.force_login(UserFactory(is_staff=True))
    for path in (HOME, path_of(person)):
        assert client.get(path).status_code == 403, path


def test_it_is_in_support_s_menu_and_in_nobody_else_s(client, staff, person):
    assert f'href="{HOME}"' in client.get("/professionnel/").text
    sign_in(client, person)
    assert f'href="{HOME}"' not in client.get("/professionnel/").text


# --- Looking somebody up --------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    [
        {"nom": "arn"},
        {"prenom": "clai", "nom": "arnaud"},
        {"identifiant": "carnaud"},
        {"email": "claire.arnaud@ch.example"},
    ],
)
def test_an_account_is_found_wherever_it_is_and_back_finds_it_again(client, staff, person, typed):
    UserFactory(nom="Autre")
    answer = client.post(HOME, {"nom": "", "prenom": "", "identifiant": "", "email": "", **typed})
    assert answer.status_code == 302
    assert not any(value in answer.url for value in typed.values())
    for _ in range(2):
        text = main_of(client.get(answer.url))
        assert re.findall(r'<tr data-id="(\d+)"', text) == [str(person.pk)]
    assert "claire.arnaud@" not in text.replace('value="claire.arnaud@ch.example"', "")
    (line,) = Entry.objects.filter(event="support.searched")
    assert (line.user, line.data["found"]) == (staff, 1)
    assert not any(value in str(line.data) for value in typed.values())


def test_a_search_for_nothing_or_by_one_letter_is_refused(client, staff):
    for typed in ({}, {"nom": "a"}):
        refused = client.post(HOME, {"nom": "", "prenom": "", "identifiant": "", "email": "", **typed})
        assert refused.status_code == 422
    assert not Entry.objects.filter(event="support.searched").exists()


def test_more_than_fifty_are_said(client, staff):
    UserFactory.create_batch(51, nom="Foule", charte=False)
    text = main_of(client.post(HOME, {"nom": "foule"}, follow=True))
    assert text.count("<tr data-id=") == 50
    assert "Plus de 50 comptes correspondent" in text


# --- One account ----------------------------------------------------------------------


def test_each_look_is_journalled_with_the_account_and_who_looked(client, staff, person):
    """TRC-4: whose account, which page; its holder's journal shows it."""
    for part in PARTS:
        main_of(client.get(path_of(person, part)))
    lines = Entry.objects.filter(event="compte.consulted").order_by("id")
    assert [line.data["what"] for line in lines] == ["état", "droits", "journal", "envois"]
    assert {(line.user, line.target, line.quality) for line in lines} == {(staff, person, "support")}
    assert "a consulté le compte de Claire Arnaud (état)" in main_of(client.get(path_of(person, "journal/")))


def test_nobody_looks_without_a_line(client, staff, person, monkeypatch):
    """When the journal cannot take it, the page is not shown."""

    def broken(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr(accounts.actions, "note_consultation", broken)
    client.raise_request_exception = False
    for part in PARTS:
        answer = client.get(path_of(person, part))
        assert answer.status_code == 500
        assert "Arnaud" not in answer.text


def test_a_refused_look_at_an_account_tells_nothing(client, person):
    sign_in(client, referent_of(person.habilitations.get().etablissement))
    for part in PARTS:
        answer = client.get(path_of(person, part))
        assert answer.status_code == 403
        assert "Arnaud" not in answer.text


def test_an_account_that_is_none_is_not_found(client, staff):
    assert client.get(f"{HOME}comptes/999999/").status_code == 404


def test_the_state_of_an_account(client, staff, person):
    person.locked_at = timezone.now()
    person.save()
    HabilitationFactory(user=person, lieu=EtablissementFactory(nom="EHPAD Passé"), over=True)
    text = main_of(client.get(path_of(person)))
    for said in ("carnaud", "Bloqué le", "Prescripteur médical", "CH des Tilleuls", "EHPAD Passé"):
        assert said in text
    assert "c•••••••d@ch.example" in text
    assert "•• •• •• •• 42" in text
    for hidden in (person.email, "39980042", "639980"):
        assert hidden not in text


@pytest.mark.parametrize("state", ["new", "disabled", "médecin", "support"])
def test_every_kind_of_account_is_shown_calmly(client, staff, state):
    user = {
        "new": lambda: UserFactory(charte=False, password_changed_at=None, email="", email_verified_at=None),
        "disabled": lambda: HabilitationFactory(user=UserFactory(disabled_at=timezone.now())).user,
        "médecin": lambda: DelegationFactory(delegant=MedecinFactory()).delegant,
        "support": lambda: staff,
    }[state]()
    for part in PARTS:
        main_of(client.get(path_of(user, part)))
    assert ("Ce compte est désactivé" in main_of(client.get(path_of(user, "droits/")))) is (
        state == "disabled"
    )


def test_effective_rights_with_what_gives_them_and_why_not(client, staff, person):
    text = main_of(client.get(path_of(person, "droits/"), {"droit": "envoi"}))
    assert "Oui, ce compte a ce droit" in text
    assert "Prescripteur médical, CH des Tilleuls, jusqu’au" in text
    text = main_of(client.get(path_of(person, "droits/"), {"droit": "habilitation"}))
    assert "Non, ce compte n’a pas ce droit" in text
    assert "Les profils qui le donnent" in text
    assert client.get(path_of(person, "droits/"), {"droit": "n’importe"}).status_code == 422


def test_what_a_delegation_lends_is_told(client, staff):
    medecin = MedecinFactory(nom="Leclercq", prenom="Christine")
    row = lend(medecin)
    text = main_of(client.get(path_of(row.delegataire, "droits/")))
    assert "Dr Christine Leclercq" in text


# --- Its journal ----------------------------------------------------------------------


def test_the_journal_of_an_account_by_it_about_it_in_its_name(client, staff):
    medecin, row = MedecinFactory(), None
    row = DelegationFactory(delegant=medecin)
    other = UserFactory()
    record("compte.updated", by=as_medecin(medecin), target=medecin)
    record("compte.unlocked", by=Actor(user=other, quality="référent", means=Means.MAIL), target=medecin)
    record("dossier.created", by=as_delegate(row), label="12345678")
    record("compte.updated", by=Actor(user=other, means=Means.MAIL), target=other)
    text = main_of(client.get(path_of(medecin, "journal/")))
    rows = re.findall(r"<tr data-id=", text)
    assert len(rows) == 4  # the look itself among them
    assert "a débloqué le compte" in text
    assert "code reçu par e-mail" in text


def test_it_is_read_by_pages_of_fifty_and_all_of_it(client, staff, person):
    for _ in range(120):
        record("compte.updated", by=Actor(user=person, means=Means.MAIL), target=person)
    seen, path = [], path_of(person, "journal/")
    for _ in range(4):
        text = main_of(client.get(path))
        seen += re.findall(r'<tr data-id="(\d+)"', text)
        older = re.search(r'href="(\?avant=\d+)"', text)
        if not older:
            break
        path = path_of(person, "journal/") + older[1]
    assert len(seen) == len(set(seen)) == 121  # with the first look; later ones lie above
    assert seen == sorted(seen, key=int, reverse=True)


@pytest.mark.parametrize("asked", ["", "x", "-1", "9" * 30, "１２"])
def test_an_absurd_place_in_the_journal_is_its_beginning(client, staff, person, asked):
    assert main_of(client.get(path_of(person, "journal/"), {"avant": asked}))


# --- The outbox -----------------------------------------------------------------------


def test_of_a_letter_one_sees_kind_state_times_and_a_masked_address(client, staff, person):
    post_letter(person.email, key="welcome:1:x", state="sent", sent_at=timezone.now())
    post_letter(person.mobile, key="code:7:1.5", channel="sms", subject="", state="failed", attempts=3)
    post_letter("autre@ch.example", key="locked:2:x")
    for path in (path_of(person, "envois/"), f"{HOME}envois/"):
        text = main_of(client.get(path))
        for said in (
            "Lien du premier mot de passe",
            "Code de connexion",
            "c•••••••d@ch.example",
            "•• •• •• •• 42",
        ):
            assert said in text, path
        for hidden in ("SUJET", "CORPS", "123456", person.email, person.mobile, "welcome:1"):
            assert hidden not in text, path
    assert "Compte bloqué" not in main_of(client.get(path_of(person, "envois/")))


def test_the_outbox_is_filtered_and_says_what_waits(client, staff):
    post_letter("a@ch.example", key="locked:1:x")
    post_letter("b@ch.example", key="welcome:2:x", state="failed")
    text = main_of(client.get(f"{HOME}envois/", {"etat": "failed"}))
    assert "b•••••••@ch.example" in text
    assert "a•••••••@ch.example" not in text
    assert "<strong>1</strong> à envoyer" in text
    assert main_of(client.get(f"{HOME}envois/", {"etat": "n’importe", "canal": "x", "page": "99"}))
    assert Entry.objects.filter(event="trace.read", user=staff).count() == 2


def test_bodies_are_not_even_read(client, staff, person):
    """Nor subjects: what is not loaded cannot be shown by mistake."""
    post_letter(person.email, key="welcome:1:x")
    for path in (path_of(person, "envois/"), f"{HOME}envois/"):
        with CaptureQueriesContext(connection) as seen:
            client.get(path)
        asked = [one["sql"] for one in seen if "courrier_message" in one["sql"]]
        assert asked
        assert [sql for sql in asked if re.search(r'"(text|html|secret_body|subject)"', sql)] == []


def posted_keys() -> set[str]:
    """The first words of the keys of all that is posted; a whole f-string hole is an app's own letter."""
    found = set()
    for module in modules():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.keyword) and node.arg == "key" and isinstance(node.value, ast.JoinedStr):
                first = node.value.values[0]
                if isinstance(first, ast.Constant) and ":" in first.value:
                    found.add(first.value.split(":")[0])
    return found


def test_each_kind_of_letter_has_its_words():
    assert {"welcome", "code", "delegation"} <= posted_keys()
    assert posted_keys() - reads.KINDS.keys() == set()


# --- Nothing of patients, nothing written, constant -----------------------------------


def test_no_patient_and_no_dossier_is_shown(client, staff):
    medecin = MedecinFactory()
    dossier = DossierFactory(auteur=medecin, nom="Garricou", prenom="Michel")
    own = sign_in(Client(), medecin)
    assert own.get(dossier.get_absolute_url()).status_code == 200
    for part in PARTS:
        text = main_of(client.get(path_of(medecin, part)))
        for hidden in ("Garricou", dossier.numero, dossier.numero_affiche, "/dossiers/"):
            assert hidden not in text, part
    assert Dossier.objects.count() == 1


def test_looking_writes_only_the_journal(client, staff, person):
    written = Written()
    with connection.execute_wrapper(written):
        for path in (HOME, f"{HOME}envois/", *(path_of(person, part) for part in PARTS)):
            main_of(client.get(path))
    assert written.statements == []


def test_no_page_has_a_verb(client, staff, person):
    """The only forms that post are the search, and those of the frame."""
    frame = {"/deconnexion/", "/session/prolonger/"}
    for path in (HOME, f"{HOME}envois/", *(path_of(person, part) for part in PARTS)):
        text = client.get(path).text
        posting = set(re.findall(r'<form method="post" action="([^"]*)"', text)) - frame
        assert posting <= {HOME}, path


def test_pages_cost_the_same_whatever_there_is(client, staff, person):
    def costs():
        found = []
        for part in PARTS:
            client.get(path_of(person, part))
            with CaptureQueriesContext(connection) as seen:
                main_of(client.get(path_of(person, part)))
            found.append(len(seen))
        return found

    def more():
        HabilitationFactory(
            user=person, lieu=EtablissementFactory(), fin=timezone.localdate() + timedelta(days=9)
        )
        DelegationFactory(delegataire=person)
        number = Message.objects.count()
        post_letter(person.email, key=f"welcome:{number}:x")

    more()
    few = costs()
    for _ in range(9):
        more()
    assert costs() == few


def test_support_is_told_whether_joined_files_are_analysed(client, staff, settings):
    """DOS-3: off by default, and then said; what waits shows an antivirus that is down."""
    assert "Aucun antivirus" in client.get(HOME).content.decode()
    assert "Aucune pièce n’attend d’être analysée." in client.get(HOME).content.decode()
    settings.ANTIVIRUS_URL = "tcp://127.0.0.1:9"
    dossier = DossierFactory()
    for _ in range(2):
        join(volet_of(dossier), nom="Bertrand-Temoin.pdf", etat="analyse")
    shown = client.get(HOME).content.decode()
    assert "L’antivirus est en service." in shown
    assert "<strong>2</strong> attendent, la plus ancienne depuis le" in shown
    assert "Temoin" not in shown
