"""TRC-1, TRC-2: who, in whose name, what, on what; the database itself refuses to change a line."""

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from accounts.models import User
from journal.models import Entry, Seal, known_events, record
from tests.factories import MedecinFactory, UserFactory, as_medecin
from viatraj.core import roles
from viatraj.core.actor import Actor, Means

EVENT = "compte.updated"


@pytest.fixture
def medecin(db):
    return MedecinFactory(prenom="Christine", nom="Leclercq")


def line(**known):
    return Entry(**{"event": EVENT, "system": "rpps", **known})


def test_a_line_says_who_in_whose_name_on_what_and_how(medecin, django_assert_num_queries):
    assistant = UserFactory()
    by = Actor(
        user=assistant,
        on_behalf_of=medecin,
        quality="assistant",
        means=Means.CPE,
        delegation_id=7,
        etablissement_id=8,
        unite_id=9,
        address="192.0.2.1",
        request_id="abc",
    )
    record(EVENT, by=by, target=medecin)  # content types are known from here on
    with django_assert_num_queries(1):
        entry = record(EVENT, by=by, target=medecin, fields=["email"])
    found = Entry.objects.get(pk=entry.pk)
    assert (found.user, found.on_behalf_of, found.quality, found.means) == (
        assistant,
        medecin,
        "assistant",
        "cpe",
    )
    assert (found.delegation_id, found.etablissement_id, found.unite_id) == (7, 8, 9)
    assert (found.address, found.request_id, found.system) == ("192.0.2.1", "abc", "")
    assert (found.target, found.label, found.data) == (medecin, medecin.login, {"fields": ["email"]})


def test_the_transaction_and_the_instant_are_the_databases(medecin):
    entry = record(EVENT, by=as_medecin(medecin))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_current_xact_id()::text::bigint, now() <= %s, clock_timestamp() >= %s", [entry.at] * 2
        )
        assert cursor.fetchone() == (entry.tx, True, True)


def test_what_no_app_lists_is_refused(medecin):
    with pytest.raises(LookupError, match="teleported"):
        record("compte.teleported", by=as_medecin(medecin))
    assert not Entry.objects.exists()


def test_every_event_is_a_noun_and_a_past_verb():
    assert {"compte.created", "connexion.opened"} <= known_events().keys()
    for event in known_events():
        noun, verb = event.split(".")
        assert noun.islower(), event
        assert verb.islower(), event


def test_somebody_not_signed_in_is_known_by_his_address(db):
    entry = record("connexion.refused", by=Actor.anonymous("192.0.2.9"), label="inconnu")
    assert (entry.user, entry.system, entry.address) == (None, "anonymous", "192.0.2.9")
    with pytest.raises(ValueError, match="address"):
        record("connexion.refused", by=Actor.anonymous(""))


def test_a_process_is_named(db):
    assert record(EVENT, by=Actor.system("rpps")).system == "rpps"
    with pytest.raises(IntegrityError, match="person_or_system"):
        record(EVENT, by=Actor.system(""))


def test_what_was_done_to_a_thing_and_in_a_name(medecin):
    other = MedecinFactory()
    mine = record(EVENT, by=as_medecin(medecin), target=medecin)
    acting = record(EVENT, by=Actor(user=other, on_behalf_of=medecin), target=other)
    untargeted = record(EVENT, by=as_medecin(other))
    assert list(Entry.objects.about(medecin)) == [mine]
    assert list(Entry.objects.done_in_name_of(medecin)) == [acting]
    assert set(Entry.objects.about_any(User.objects.filter(pk__in=[medecin.pk, other.pk]))) == {mine, acting}
    assert list(Entry.objects.newest_first()) == [untargeted, acting, mine]


@pytest.mark.parametrize(
    ("constraint", "wrong"),
    [
        ("person_or_system", lambda user: line(system="")),
        ("person_or_system", lambda user: line(user=user)),
        ("only_people_act_for_others", lambda user: line(on_behalf_of=user)),
        ("only_people_act_for_others", lambda user: line(system="", user=user, on_behalf_of=user)),
        ("target_whole", lambda user: line(object_id="12")),
        ("event_named", lambda user: line(event="")),
    ],
)
def test_constraint(constraint, wrong, medecin):
    with pytest.raises(IntegrityError, match=f"journal_entry_{constraint}"):
        wrong(medecin).save()


def test_the_near_misses_of_the_constraints_are_kept(medecin):
    line().save()
    line(system="", user=medecin).save()
    line(system="", user=medecin, on_behalf_of=MedecinFactory()).save()
    assert Entry.objects.count() == 3


def test_people_of_the_journal_cannot_be_deleted(medecin):
    record(EVENT, by=as_medecin(medecin))
    with pytest.raises(DatabaseError, match=r"protected|journal"):
        medecin.delete()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("table", ["journal_entry", "journal_filing", "journal_seal"])
@pytest.mark.parametrize(
    "statement", ["UPDATE {table} SET {column} = {column}", "DELETE FROM {table}", "TRUNCATE {table}"]
)
def test_even_the_owner_is_refused_to_change_or_remove(table, statement):
    column = "digest" if table == "journal_seal" else "event"
    record(EVENT, by=Actor.system("rpps"))
    with roles.as_owner(), connection.cursor() as cursor, transaction.atomic():
        cursor.execute("SET LOCAL journal.truncate = ''")  # as in production: nothing lets TRUNCATE pass
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            cursor.execute(statement.format(table=table, column=column))
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            cursor.execute("TRUNCATE accounts_user CASCADE")
    assert Entry.objects.count() == 1


def test_the_application_is_refused_through_the_orm_too(medecin):
    entry = record(EVENT, by=as_medecin(medecin))
    entry.label = "autre"
    for change in (
        entry.save,
        entry.delete,
        Entry.objects.all().delete,
        lambda: Entry.objects.update(label="x"),
    ):
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            change()
    assert Entry.objects.get().label == ""
    assert not Seal.objects.exists()
