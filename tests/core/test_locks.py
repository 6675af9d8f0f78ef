"""The watch over the order of locks sees what it must see, and nothing else (`tests/locks.py`)."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import ChangementAdresse, Session, User
from authcps.models import TrustedBrowser
from tests import locks
from tests.concurrency import at_once
from tests.factories import UserFactory
from viatraj.core.locks import HANG_ON, ORDER
from viatraj.core.saving import locked

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(monkeypatch, lock_recorder):
    """What the recorder says of an act of this test, as if the product did it."""
    monkeypatch.setattr(locks, "_product_line", lambda: "here")

    def told(act):
        with transaction.atomic():
            act()
        said, lock_recorder.faults[:] = list(lock_recorder.faults), []
        return [fault.removeprefix("here: ") for fault in said]

    return told


@pytest.fixture
def users():
    return sorted((UserFactory(), UserFactory()), key=lambda user: user.pk)


@pytest.fixture
def change(users):
    now = timezone.now()
    known = {"kind": ChangementAdresse.Kind.MAIL, "target": "a@b.example", "digest": "0", "asked_at": now}
    return ChangementAdresse.objects.create(user=users[0], ends=now + timedelta(hours=1), **known)


def test_tables_in_their_order(told, users, change):
    assert told(lambda: (locked(users[0]), locked(change))) == []
    (wrong,) = told(lambda: (locked(change), locked(users[0])))
    assert wrong == (f"accounts_user {users[0].pk} is locked after accounts_changementadresse {change.pk}")


def test_rows_of_one_table_by_their_keys(told, users):
    first, second = users
    assert told(lambda: (locked(first), locked(second), locked(first))) == [], "held already: no new wait"
    (wrong,) = told(lambda: (locked(second), locked(first)))
    assert wrong == f"accounts_user {first.pk} is locked after accounts_user {second.pk}"


def test_an_update_and_a_delete_lock_too(told, users, change):
    def update(pk):
        assert User.objects.filter(pk=pk).update(adresse="x") == 1

    assert told(lambda: (update(users[0].pk), update(users[1].pk))) == []
    assert len(told(lambda: (update(users[1].pk), update(users[0].pk)))) == 1
    assert len(told(lambda: (change.save(update_fields=["target"]), locked(users[0])))) == 1
    assert len(told(lambda: (ChangementAdresse.objects.filter(pk=change.pk).delete(), locked(users[0])))) == 1


def test_a_row_that_is_not_there_is_not_locked(told, users):
    assert told(lambda: (User.objects.filter(pk=0).update(adresse="x"), locked(users[0]))) == []


def test_several_rows_by_one_statement(told, users):
    everybody = User.objects.filter(pk__in=[user.pk for user in users])
    assert told(lambda: list(everybody.select_for_update(no_key=True).order_by("pk"))) == []
    assert len(told(lambda: list(everybody.select_for_update(no_key=True).order_by("-pk")))) == 1
    (wrong,) = told(lambda: everybody.update(adresse="x"))
    assert wrong == "2 rows of accounts_user are locked in whatever order they are found"
    in_order = everybody.select_for_update(no_key=True).order_by("pk")
    assert told(lambda: (list(in_order), everybody.update(adresse="x"))) == []


def test_several_rows_under_the_one_they_hang_on(told, users):
    def sessions():
        now = timezone.now()
        for key in ("a", "b"):
            Session.objects.create(session_key=key, user=users[0], expire_date=now, last_seen=now, ends=now)

    held = Session.objects.filter(user=users[0])
    sessions()
    assert len(told(held.delete)) == 1
    sessions()
    assert told(lambda: (locked(users[0]), held.delete())) == []


def test_skipping_locked_rows_needs_no_order(told, users):
    everybody = User.objects.filter(pk__in=[user.pk for user in users])
    assert (
        told(lambda: list(everybody.select_for_update(no_key=True, skip_locked=True).order_by("-pk"))) == []
    )


def test_rows_inserted_by_the_transaction_need_no_order(told, users):
    def make():
        own = UserFactory()
        locked(own)
        locked(users[0])

    assert told(make) == []


def test_locks_of_a_savepoint_end_when_it_is_rolled_back(told, users):
    def taken(*, kept):
        with transaction.atomic():
            locked(users[1])
            transaction.set_rollback(not kept)
        locked(users[0])

    assert told(lambda: taken(kept=False)) == []
    assert len(told(lambda: taken(kept=True))) == 1


def test_the_key_is_left_alone(told, users):
    (wrong,) = told(lambda: User.objects.select_for_update().get(pk=users[0].pk))
    assert wrong == "accounts_user is locked with its key: say no_key=True"
    browser = TrustedBrowser.objects.filter(user=users[0])
    assert told(lambda: list(browser.select_for_update())) == [], "nobody refers to it"


def test_sql_by_hand_must_be_listed(told, users):
    def update():
        with connection.cursor() as cursor:
            cursor.execute("UPDATE accounts_user SET adresse = adresse WHERE id = %s", [users[0].pk])

    (wrong,) = told(update)
    assert wrong == "accounts_user is written by hand, and has no line in tests.locks.BY_HAND"


def test_a_table_without_a_place(told, users, monkeypatch):
    monkeypatch.setattr(locks.locks, "ORDER", ORDER[1:])
    assert told(lambda: locked(users[0])) == ["accounts_user has no place in viatraj.core.locks.ORDER"]


@pytest.mark.django_db(transaction=True)
def test_on_every_connection(told, users):
    def backwards():
        with transaction.atomic():
            return [locked(user) for user in reversed(users)]

    assert len(told(lambda: at_once(backwards))) == 1


def test_the_order_names_tables_that_exist():
    """A renamed table keeps its place."""
    assert sorted(set(ORDER) - locks.keys().keys()) == []
    assert len(ORDER) == len(set(ORDER))
    assert [one for one in HANG_ON.items() if ORDER.index(one[0]) <= ORDER.index(one[1])] == []
