"""Passwords are hashed in a queue of their own, of all processes; nobody is refused there (CON-4, MDP-2)."""

import os
import signal
import subprocess
import sys
import tempfile
import threading

import pytest
from django.contrib.auth.hashers import check_password, make_password

from accounts import hashers, turns
from tests.patience import PATIENCE

HOLDER = "from accounts.turns import turn\nwith turn():\n    print('held', flush=True)\n    input()"


@pytest.fixture(autouse=True)
def one_place(monkeypatch, tmp_path):
    """A queue of this test's own, with one place, for this process and those it starts."""
    monkeypatch.setattr(turns, "PLACES", 1)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return {**os.environ, "TMPDIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "tests.settings"}


@pytest.fixture
def holder(one_place):
    """Another process, which holds all places until it is told, or killed."""
    code = f"import accounts.turns\naccounts.turns.PLACES = 1\n{HOLDER}"
    process = subprocess.Popen(
        [sys.executable, "-c", code], env=one_place, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


def test_threads_of_one_process_wait_too():
    """Each has its own lock on the file."""
    held, done = threading.Event(), []

    def wait():
        held.set()
        with turns.turn():
            done.append("after")

    with turns.turn():
        waiting = threading.Thread(target=wait)
        waiting.start()
        held.wait(PATIENCE)
        waiting.join(0.2)
        done.append("first")
    waiting.join(PATIENCE)
    assert done == ["first", "after"]


def test_another_process_is_waited_for(holder):
    waiting = threading.Thread(target=lambda: check_password("a", make_password("a")))
    waiting.start()
    waiting.join(0.3)
    assert waiting.is_alive()
    holder.communicate("\n")
    waiting.join(PATIENCE)
    assert not waiting.is_alive()


def test_a_killed_process_gives_its_place_back(holder):
    holder.send_signal(signal.SIGKILL)
    with turns.turn():
        pass


def test_the_last_let_the_others_go_first(holder, monkeypatch):
    monkeypatch.setattr(turns, "POLITE", 60)
    order = []

    def wait(name, is_last):
        with turns.turn(is_last=is_last):
            order.append(name)

    last = threading.Thread(target=wait, args=["last", True])
    last.start()
    monkeypatch.setattr(turns, "PAUSE", 1)  # it looks again in a second, at the soonest
    others = [threading.Thread(target=wait, args=["other", False]) for _ in range(3)]
    for one in others:
        one.start()
    for one in others:
        one.join(0.05)
    holder.communicate("\n")
    for one in (last, *others):
        one.join(PATIENCE)
    assert order == ["other"] * 3 + ["last"]


def test_the_last_share_one_place_and_leave_the_others(monkeypatch):
    monkeypatch.setattr(turns, "PLACES", 2)
    monkeypatch.setattr(turns, "POLITE", 0)
    inside, done = threading.Event(), []

    def wait():
        inside.set()
        with turns.turn(is_last=True):
            done.append("last")

    with turns.turn(is_last=True):
        waiting = threading.Thread(target=wait)
        waiting.start()
        inside.wait(PATIENCE)
        with turns.turn():
            assert done == []
    waiting.join(PATIENCE)
    assert done == ["last"]


def test_the_last_do_not_wait_for_ever(holder, monkeypatch):
    """Near miss: past their politeness they queue as everybody does, where the kernel wakes them."""
    monkeypatch.setattr(turns, "POLITE", 0)
    waiting = threading.Thread(target=lambda: turns.turn(is_last=True).__enter__())
    waiting.start()
    waiting.join(0.1)
    holder.communicate("\n")
    waiting.join(PATIENCE)
    assert not waiting.is_alive()


def test_every_hash_takes_its_turn(monkeypatch):
    """Also those of choosing a password, of «Mon compte», of a name that nobody has."""
    taken = []

    class Noted:
        def __init__(self, *, is_last):
            taken.append(is_last)

        def __enter__(self):
            return None

        def __exit__(self, *_):
            return None

    monkeypatch.setattr(turns, "turn", Noted)
    encoded = make_password("une phrase convient bien")
    assert check_password("une phrase convient bien", encoded)
    with hashers.after_the_others():
        check_password("une autre", encoded)
    with hashers.after_the_others(False):
        check_password("une autre", encoded)
    assert taken == [False, False, True, False]


def test_without_files_to_lock_people_still_sign_in(monkeypatch, tmp_path, caplog):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    assert check_password("a", make_password("a"))
    assert "turns.unavailable" in caplog.text


def test_symbolic_links_of_others_are_not_followed(monkeypatch, tmp_path, caplog):
    """In a folder that all may write to, somebody else may have been there first."""
    target = tmp_path / "cible"
    turns._path(0).symlink_to(target)
    with turns.turn():
        pass
    assert not target.exists()
    assert "turns.unavailable" in caplog.text
