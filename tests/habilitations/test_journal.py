"""The journal of a structure for its référents: who, whom, what, before → after (TRC-2, COM-13, COM-8)."""

import re
from datetime import timedelta
from html import unescape
from io import BytesIO
from uuid import uuid4

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.html import strip_tags

import accounts.actions
from accounts.actions.verrous import note_wrong_password
from habilitations import actions, profils
from habilitations.models import Habilitation
from habilitations.reads.journal import CHOICES, GENRES
from journal.models import Entry, Filing, known_events
from tests.dossiers.factories import DossierFactory
from tests.factories import (
    CoordinationFactory,
    DelegationFactory,
    EtablissementFactory,
    HabilitationFactory,
    MedecinFactory,
    UniteFactory,
    UserFactory,
    as_professionnel,
    referent_of,
    sign_in,
)
from tests.habilitations import campagnes

pytestmark = pytest.mark.django_db
PAGE, EXPORT = "/administration/journal/", "/administration/journal/export/"


@pytest.fixture
def today():
    return timezone.localdate()


@pytest.fixture
def etablissement():
    return EtablissementFactory(nom="CH de Saint-Aubin")


@pytest.fixture
def unite(etablissement):
    return UniteFactory(etablissement=etablissement, nom="Médecine polyvalente")


@pytest.fixture
def referent(etablissement):
    user = referent_of(etablissement)
    user.nom, user.prenom = "Maurel", "Claire"
    user.save()
    return user


@pytest.fixture
def held(unite):
    return HabilitationFactory(lieu=unite, user__nom="Lacombe", user__prenom="Maëlle")


def prolong(row, by, *, days=400) -> Entry:
    """Its line."""
    today = timezone.localdate()
    row.refresh_from_db()
    arguments = {"version": row.version, "today": today, "by": as_professionnel(by)}
    actions.change_end(row, fin=today + timedelta(days=days), **arguments)
    return Entry.objects.latest("id")


def words(answer) -> str:
    return re.sub(r"\s+", " ", unescape(strip_tags(answer.text)))


def shown(client, **asked) -> list[int]:
    return [int(pk) for pk in re.findall(r'<tr data-id="(\d+)"', client.get(PAGE, asked).text)]


# --- Who reads what (TRC-2, COM-8) -----------------------------------------------------------


def test_each_reads_what_lies_within_his_perimeter(client, etablissement, unite, referent, held):
    line = prolong(held, referent)
    coordination = etablissement.coordination
    reading = {
        "unité": referent_of(unite),
        "other unité": referent_of(UniteFactory(etablissement=etablissement)),
        "structure": referent,
        "next structure": referent_of(EtablissementFactory(coordination=coordination)),
        "coordination": referent_of(coordination),
        "next coordination": referent_of(CoordinationFactory(region=coordination.region)),
        "région": referent_of(coordination.region),
        "next région": referent_of(CoordinationFactory().region),
        "national": HabilitationFactory(lieu=None, profil=profils.ADMINISTRATEUR_NATIONAL.code).user,
    }
    found = set()
    for who, user in reading.items():
        sign_in(client, user)
        if line.pk in shown(client):
            found.add(who)
    assert found == {"unité", "structure", "coordination", "région", "national"}


def test_it_is_closed_to_whoever_is_no_referent(client, held):
    for user in (held.user, MedecinFactory()):
        sign_in(client, user)
        assert [client.get(page).status_code for page in (PAGE, EXPORT)] == [403, 403]
    lent = DelegationFactory()
    sign_in(client, lent.delegataire, acting=lent)
    assert client.get(PAGE).status_code == 403


def test_a_right_that_ends_closes_it_at_once(client, referent, held):
    prolong(held, referent)
    sign_in(client, referent)
    assert shown(client)
    Habilitation.objects.of(referent).update(revoked_at=timezone.now())
    assert client.get(PAGE).status_code == 403


def test_an_account_of_two_structures(client, etablissement, referent, held):
    """Each reads what its own référents did to the account; both, what nobody of either did."""
    elsewhere = EtablissementFactory()
    HabilitationFactory(user=held.user, lieu=elsewhere)
    known = {"nom": "Lacombe", "prenom": "Maëlle", "profession_label": "", "now": timezone.now()}
    lines = []
    for n, user in enumerate((referent, referent_of(elsewhere))):
        arguments = {**known, "telephone": f"+3319900123{n}", "version": n + 1}
        accounts.actions.correct(held.user, by=as_professionnel(user), **arguments)
        lines.append(Entry.objects.latest("id").pk)
    for _ in range(5):
        note_wrong_password(held.user, now=timezone.now(), by=as_professionnel(held.user))
    blocked = Entry.objects.get(event="compte.locked").pk
    sign_in(client, referent)
    assert shown(client) == [blocked, lines[0]]
    sign_in(client, referent_of(elsewhere))
    assert shown(client) == [blocked, lines[1]]


def test_an_account_opened_is_told_before_it_holds_anything(client, etablissement, referent):
    accounts.actions.register(
        nom="Villedary",
        prenom="Nadège",
        email="nadege.villedary@ch.example",
        profession_label="",
        telephone="",
        cle=uuid4(),
        now=timezone.now(),
        by=as_professionnel(referent),
    )
    for reader in (referent, referent_of(etablissement.coordination)):
        sign_in(client, reader)
        assert "Claire Maurel a créé le compte Nadège Villedary" in words(client.get(PAGE))


def test_neither_sign_ins_nor_patients_nor_readings_are_filed(client, etablissement, held):
    by = as_professionnel(held.user)
    accounts.actions.note_sign_in(held.user, means="mail", now=timezone.now(), by=by)
    accounts.actions.ask_new_password(identifiant=held.user.login, now=timezone.now(), by=by)
    medecin = HabilitationFactory(user=MedecinFactory(), lieu=etablissement).user
    sign_in(client, medecin)
    client.get(DossierFactory(auteur=medecin).get_absolute_url())
    assert Entry.objects.filter(event="dossier.read").exists()
    assert not Filing.objects.exists()


def test_a_line_filed_by_hand_shows_nothing(client, referent, held):
    """Only the line itself, which is sealed, says what it concerns."""
    by = referent_of(EtablissementFactory())
    foreign = HabilitationFactory(lieu=by.habilitations.get().etablissement)
    line = prolong(foreign, by)
    place = f"etablissement:{held.etablissement_id}"
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO journal_filing (subject, event, at, entry) VALUES (%s, %s, %s, %s)",
            [place, line.event, line.at, line.pk],
        )
    sign_in(client, referent)
    assert shown(client) == []


def test_decisions_of_a_review_are_told_where_the_habilitation_lies(client, etablissement, referent, held):
    campagne = campagnes.opened(referent_of(etablissement.coordination), etablissement)
    campagnes.decide(campagnes.line_of(campagne, held), referent)
    line = Entry.objects.get(event="examen.decided")
    sign_in(client, referent)
    assert line.pk in shown(client, genre="examens", personne=held.user_id)
    sign_in(client, referent_of(EtablissementFactory()))
    assert shown(client, genre="examens") == []


# --- What a line says ---------------------------------------------------------------------------


def test_who_whom_what_before_and_after(client, referent, held, today):
    before = held.fin
    prolong(held, referent)
    sign_in(client, referent)
    text = words(client.get(PAGE))
    assert (
        f"Claire Maurel a prolongé jusqu’au {today + timedelta(days=400):%d/%m/%Y} le profil Prescripteur "
        "médical de Maëlle Lacombe (Médecine polyvalente, CH de Saint-Aubin)" in text
    )
    assert f"Maëlle Lacombe : seulement ce qui concerne cette personne{held.user.login}" in text
    assert f"jusqu’au {before:%d/%m/%Y}" in text
    assert f"jusqu’au {today + timedelta(days=400):%d/%m/%Y}" in text


def test_rights_before_and_after(client, referent, unite, today):
    (row,) = actions.grant(
        users=[UserFactory()],
        profil=profils.PRESCRIPTEUR_MEDICAL,
        lieux=[row_lieu(unite)],
        debut=today,
        fin=today + timedelta(days=30),
        droits={},
        cle=None,
        today=today,
        by=as_professionnel(referent),
    )
    key = next(droit.key for droit in profils.PRESCRIPTEUR_MEDICAL.droits if droit.is_box)
    actions.adjust(row, droits={key: profils.AUCUN}, version=row.version, by=as_professionnel(referent))
    actions.notify(row, wanted=True, by=as_professionnel(referent))
    sign_in(client, referent)
    text = words(client.get(PAGE))
    assert "droits du profil" in text
    assert " : aucun" in text
    assert "sans e-mail" in text
    assert "avec e-mails" in text


def row_lieu(row):
    from annuaire.models import Lieu

    return Lieu.of(row)


def test_every_habilitation_event_about_a_person_has_a_kind():
    """A new event falls under «Autres» unless it is named; these are named."""
    begins = tuple(begin for _, named in GENRES.values() for begin in named)
    told = {event for event in known_events() if event.startswith(("habilitation.", "demande_habilitation."))}
    assert {event for event in told if not event.startswith(begins)} == set()


# --- Filters, pages -----------------------------------------------------------------------------


def test_filters(client, etablissement, referent, held):
    other = referent_of(etablissement)
    mine, theirs = prolong(held, referent), prolong(held, other, days=500)
    actions.revoke(HabilitationFactory(lieu=held.unite), now=timezone.now(), by=as_professionnel(referent))
    gone = Entry.objects.latest("id")
    sign_in(client, referent)
    today = timezone.localdate()
    assert shown(client) == [gone.pk, theirs.pk, mine.pk]
    assert shown(client, par=referent.pk) == [gone.pk, mine.pk]
    assert shown(client, par=other.pk, genre="fins") == [theirs.pk]
    assert shown(client, genre="retraits") == [gone.pk]
    assert shown(client, genre="autres") == []
    assert shown(client, personne=held.user_id) == [theirs.pk, mine.pk]
    assert shown(client, personne=held.user_id, par=referent.pk, genre="fins") == [mine.pk]
    assert shown(client, debut=today, fin=today) == [gone.pk, theirs.pk, mine.pk]
    assert shown(client, debut=today + timedelta(days=1)) == []
    assert shown(client, fin=today - timedelta(days=1)) == []


def test_a_person_elsewhere_is_not_named(client, referent):
    """A number typed into the address says nothing of whose it is."""
    stranger = HabilitationFactory(user__nom="Inconnuville").user
    prolong(stranger.habilitations.get(), referent_of(stranger.habilitations.get().etablissement))
    sign_in(client, referent)
    answer = client.get(PAGE, {"personne": stranger.pk})
    assert "Inconnuville" not in answer.text
    assert "Aucune action ne correspond à ces choix." in words(answer)


@pytest.mark.parametrize(
    "asked",
    [
        {"par": "0"},
        {"par": "x"},
        {"genre": "tout"},
        {"personne": "abc"},
        {"personne": "0"},
        {"personne": "9" * 30},
        {"debut": "31/02/2026"},
        {"debut": "2026-12-02", "fin": "2026-12-01"},
        {"fin": "9999-12-31"},
    ],
)
def test_bad_input(client, referent, held, asked):
    line = prolong(held, referent)
    sign_in(client, referent)
    assert client.get(PAGE, asked).status_code == 422
    assert shown(client, **asked) == [line.pk]


@pytest.mark.parametrize("avant", ["", "x", "-1", "0", "²", "9" * 40, "1'"])
def test_a_page_after_nothing_is_the_first(client, referent, held, avant):
    line = prolong(held, referent)
    sign_in(client, referent)
    assert shown(client, avant=avant) == [line.pk]


def test_pages_go_back_in_time(client, referent, held):
    lines = [prolong(held, referent, days=400 + n).pk for n in range(53)]
    sign_in(client, referent)
    first = client.get(PAGE)
    (after,) = re.findall(r'href="\?avant=(\d+)"', first.text)
    assert shown(client) == lines[:2:-1]
    assert shown(client, avant=after) == lines[2::-1]
    assert "Les plus récentes" in words(client.get(PAGE, {"avant": after}))
    assert 'href="?genre=fins&amp;avant=' in client.get(PAGE, {"genre": "fins"}).text


def test_queries_are_the_same_whatever_there_is(client, referent, held):
    def queries(**asked) -> int:
        client.get(PAGE, asked)
        with CaptureQueriesContext(connection) as seen:
            assert client.get(PAGE, asked).status_code == 200
        return len(seen)

    sign_in(client, referent)
    asking = [{}, {"personne": held.user_id}, {"par": referent.pk, "genre": "fins"}]
    prolong(held, referent)
    few = [queries(**asked) for asked in asking]
    for n in range(20):
        prolong(HabilitationFactory(lieu=held.unite), referent, days=401 + n)
        prolong(held, referent, days=402 + n)
    assert [queries(**asked) for asked in asking] == few


# --- Export -------------------------------------------------------------------------------------


def test_export_holds_what_the_page_shows_and_is_journalled(client, referent, held, today):
    before = held.fin
    prolong(held, referent)
    actions.revoke(HabilitationFactory(lieu=held.unite), now=timezone.now(), by=as_professionnel(referent))
    sign_in(client, referent)
    answer = client.get(EXPORT, {"genre": "fins"})
    assert "no-store" in answer["Cache-Control"]
    head, *rows = openpyxl.load_workbook(BytesIO(answer.content)).active.values
    assert head[1:6] == ("Auteur", "Qualité", "Personne", "Identifiant", "Action")
    ((at, author, quality, person, login, action, profil, lieu, was, now),) = rows
    assert (author, quality, person, login) == (
        "Claire Maurel",
        "référent structure",
        "Maëlle Lacombe",
        held.user.login,
    )
    assert (profil, lieu) == ("Prescripteur médical", "Médecine polyvalente, CH de Saint-Aubin")
    assert "a prolongé" in action
    assert (was, now) == (f"jusqu’au {before:%d/%m/%Y}", f"jusqu’au {today + timedelta(days=400):%d/%m/%Y}")
    assert at.date() == today
    assert Entry.objects.get(event="journal.exported").data == {"lignes": 1}


def test_a_name_is_never_a_formula(client, referent, held):
    held.user.prenom = "=1+1"
    held.user.save()
    prolong(held, referent)
    sign_in(client, referent)
    cell = openpyxl.load_workbook(BytesIO(client.get(EXPORT).content)).active["D2"]
    assert (cell.data_type, cell.quotePrefix) == ("s", True)


def test_the_filters_are_those_of_the_page(client, referent, held):
    sign_in(client, referent)
    text = words(client.get(PAGE))
    assert all(label in text for label in CHOICES.values())
