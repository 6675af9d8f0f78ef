"""TRC-1: what is sealed cannot be changed, removed or added to unseen. Two real connections."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone

from journal import seals, tasks
from journal.models import Entry, Seal, record
from tests.courrier.rig import other_connection
from tests.factories import UserFactory
from viatraj.core import roles
from viatraj.core.actor import Actor
from viatraj.core.turns import Turn

pytestmark = pytest.mark.django_db(transaction=True)
EVENT = "compte.updated"
SYSTEM = Actor.system("rpps")
INSERT = "INSERT INTO journal_entry (event, system, means, quality, address, request_id, label, data) VALUES "
INSERT += "('compte.updated', 'slow', '', '', '', '', '', '{}')"


def lines(count, **data):
    return [record(EVENT, by=SYSTEM, label=f"ligne {n}", **data) for n in range(count)]


def places():
    return [str(one) for one in seals.breaks()]


@contextmanager
def forging():
    """As the owner of the tables could: the triggers do not fire."""
    with roles.as_owner(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        yield cursor


def test_an_empty_journal_is_intact_and_has_no_seal():
    assert seals.seal() is None
    assert places() == []


def test_each_line_is_sealed_once_and_seals_are_chained():
    lines(3)
    first = seals.seal()
    assert (first.number, first.count, first.previous) == (1, 3, "0" * 64)
    assert seals.seal() is None
    lines(2, debut="2026-12-01")
    second = seals.seal()
    assert (second.number, second.count, second.previous) == (2, 2, first.digest)
    assert first.ids + second.ids == list(Entry.objects.order_by("id").values_list("id", flat=True))
    assert places() == []


def test_a_slow_transaction_does_not_slip_behind_a_seal():
    with other_connection() as slow:
        slow.execute(INSERT)  # its id and its instant come before the next lines
        lines(2)
        assert seals.seal() is None  # everything waits for it
        slow.commit()
    assert seals.seal().count == 3
    assert places() == []


def test_lines_before_a_slow_transaction_need_not_wait():
    lines(2)
    with other_connection() as slow:
        slow.execute(INSERT)
        lines(1)
        assert seals.seal().count == 2
        slow.rollback()
    assert seals.seal().count == 1
    assert places() == []


def _write_40(number):
    with other_connection() as mine:
        for n in range(40):
            mine.execute(INSERT)
            if (n + number) % 7 == 0:
                mine.execute("SELECT pg_sleep(0.004)")
            mine.commit()


def test_seals_under_fire_cover_every_line_once():
    """Four writers whose transactions end in another order than they began, two sealers beside them."""
    done = threading.Event()

    def keep_sealing():
        try:
            while not done.is_set():
                seals.seal()
        finally:
            connection.close()

    sealers = [threading.Thread(target=keep_sealing) for _ in range(2)]
    for thread in sealers:
        thread.start()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(_write_40, range(4)))
    done.set()
    for thread in sealers:
        thread.join()
    seals.seal()
    sealed = [pk for one in Seal.objects.all() for pk in one.ids]
    assert sorted(sealed) == sorted(Entry.objects.values_list("id", flat=True))
    assert len(sealed) == 160
    assert Seal.objects.count() > 1
    assert places() == []


def test_only_one_seals_at_a_time():
    lines(1)
    with other_connection() as sealer:
        sealer.execute("SELECT pg_advisory_xact_lock(%s)", [Turn.SCELLEMENT])
        assert seals.seal() is None
    assert seals.seal().count == 1


def test_a_removed_line_is_named():
    gone = lines(3)[1].pk
    seals.seal()
    with forging() as cursor:
        cursor.execute("DELETE FROM journal_entry WHERE id = %s", [gone])
    assert places() == [f"sceau n° 1 : la ligne {gone} a disparu"]


@pytest.mark.parametrize(
    "change",
    [
        "label = 'autre'",
        "at = at - interval '1 us'",
        "data = '{\"a\": 2}'",
        "user_id = %(user)s, system = ''",
        "quality = 'x'",
    ],
)
def test_a_changed_line_is_named(change):
    changed = lines(3, a=1)[1].pk
    seals.seal()
    user = UserFactory()
    with forging() as cursor:
        cursor.execute(
            f"UPDATE journal_entry SET {change} WHERE id = %(pk)s", {"pk": changed, "user": user.pk}
        )
    assert places() == [f"sceau n° 1 : la ligne {changed} a été modifiée"]


def test_a_line_added_behind_a_seal_is_named():
    seen = lines(2)
    seals.seal()
    with forging() as cursor:
        cursor.execute(
            INSERT.replace("data)", "data, tx)").replace("'{}')", "'{}', %s) RETURNING id"), [seen[0].tx]
        )
        slipped = cursor.fetchone()[0]
    assert places() == [f"sceau n° 1 : la ligne {slipped} a été ajoutée après coup"]


def test_a_line_moved_out_of_every_seal_is_named_at_both_ends():
    moved = lines(2)[1]
    seals.seal()
    with forging() as cursor:
        cursor.execute("UPDATE journal_entry SET tx = 9000000000000000000 WHERE id = %s", [moved.pk])
    assert places() == [
        f"sceau n° 1 : la ligne {moved.pk} a disparu",
        f"la ligne {moved.pk} porte une transaction qui n’a pas encore eu lieu",
    ]


def _three_seals():
    for _ in range(3):
        lines(2)
        seals.seal()


def test_a_removed_seal_breaks_the_chain():
    _three_seals()
    with forging() as cursor:
        cursor.execute("DELETE FROM journal_seal WHERE number = 2")
    assert places() == ["sceau n° 3 : la chaîne est rompue après le sceau n° 1"]


def test_a_seal_made_again_over_changed_lines_breaks_the_chain_after_it():
    _three_seals()
    second = Seal.objects.get(number=2)
    with forging() as cursor:
        cursor.execute("UPDATE journal_entry SET label = 'autre' WHERE id = %s", [second.ids[0]])
    _, prints, digest = seals._digest(second.from_tx, second.until_tx, second.previous)
    with forging() as cursor:
        cursor.execute("UPDATE journal_seal SET digest = %s, prints = %s WHERE number = 2", [digest, prints])
    assert places() == ["sceau n° 3 : la chaîne est rompue après le sceau n° 2"]


def test_a_changed_seal_is_named():
    _three_seals()
    with forging() as cursor:
        cursor.execute("UPDATE journal_seal SET count = 1 WHERE number = 3")
    assert places() == ["sceau n° 3 : le sceau lui-même a été modifié"]


def test_missing_last_seals_are_found_by_the_digest_in_the_log():
    _three_seals()
    last = Seal.objects.get(number=3)
    with forging() as cursor:
        cursor.execute("DELETE FROM journal_entry WHERE id = ANY(%s)", [last.ids])
        cursor.execute("DELETE FROM journal_seal WHERE number = 3")
    assert places() == []  # nothing inside can tell
    with pytest.raises(CommandError, match="sceau n° 3 : ce sceau a disparu"):
        call_command("journal_verify", anchor=[f"3:{last.digest}"])
    with pytest.raises(CommandError, match="consignée"):
        call_command("journal_verify", anchor=[f"2:{last.digest}"])


def test_the_digest_does_not_depend_on_the_time_zone():
    lines(2)
    seals.seal()
    with timezone.override("Pacific/Auckland"):
        assert places() == []


def test_a_server_that_counts_from_lower_is_refused():
    lines(1)
    seals.seal()
    with forging() as cursor:
        cursor.execute("UPDATE journal_seal SET until_tx = 9000000000000000000")
    with pytest.raises(CommandError, match="restaurée"):
        call_command("seal_journal")


def test_the_commands_say_what_they_did(capsys):
    call_command("seal_journal")
    lines(2)
    call_command("seal_journal")
    call_command("journal_verify")
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "Rien à sceller."
    assert said[1].startswith("Sceau n° 1 : 2 lignes, empreinte ")
    assert said[2] == "Le journal est intact (1 sceau vérifié)."


def test_verify_exits_1_and_names_each_break():
    first = lines(2)[0].pk
    seals.seal()
    with forging() as cursor:
        cursor.execute("DELETE FROM journal_entry")
    with pytest.raises(CommandError) as refused:
        call_command("journal_verify")
    assert refused.value.returncode == 1
    assert f"- sceau n° 1 : la ligne {first} a disparu" in str(refused.value)


@pytest.mark.parametrize("anchor", ["", "1", "1:abc", "x:" + "0" * 64])
def test_an_anchor_that_is_none_is_refused(anchor):
    with pytest.raises(CommandError, match="--anchor attend"):
        call_command("journal_verify", anchor=[anchor])


def test_the_task_seals():
    lines(1)
    tasks.seal()
    assert Seal.objects.get().count == 1


def test_what_a_line_concerns_is_sealed_too():
    """Whoever hides a line from the référents of a structure is seen."""
    user = UserFactory()
    entry = record("compte.locked", by=SYSTEM, target=user)
    plain = record(EVENT, by=SYSTEM)
    assert (bool(entry.concerns), plain.concerns) == (True, [])
    seals.seal()
    assert places() == []
    with forging() as cursor:
        cursor.execute("UPDATE journal_entry SET concerns = '{}' WHERE id = %s", [entry.pk])
    assert places() == [f"sceau n° 1 : la ligne {entry.pk} a été modifiée"]


def test_a_print_of_before_stands():
    line = (7, timezone.now(), EVENT, *[None] * (len(seals.COLUMNS) - 4), [])
    assert seals._canonical(line).count(b"[") == 1
