"""clamd is asked over its socket; what is no verdict is none: the file waits (DOS-3)."""

import tempfile
from pathlib import Path

import pytest

from tests import antivirus as clamds
from tools import clamd
from viatraj.core.files import antivirus


@pytest.fixture
def folder():
    with tempfile.TemporaryDirectory(prefix="viatraj-clamd-", dir="/tmp") as folder:
        yield Path(folder)


def test_a_real_clamd_answers(settings, folder):
    if clamd.find() is None:
        pytest.skip("clamd est introuvable et n’a pas pu être installé.")
    with clamds.real(folder) as settings.ANTIVIRUS_URL:
        assert antivirus.scan(b"Bonjour" * 1_000_000) == ""
        assert antivirus.scan(clamds.EICAR).startswith("Essai.Eicar")
    with pytest.raises(antivirus.Unreachable):
        antivirus.scan(b"Bonjour")


def test_the_stand_in_answers_as_it_does(settings):
    with clamds.StandIn() as stand_in:
        settings.ANTIVIRUS_URL = stand_in.url
        assert antivirus.scan(b"Bonjour" * 1_000_000) == ""
        assert antivirus.scan(clamds.EICAR) == "Essai.Eicar"
        assert [len(raw) for raw in stand_in.received] == [7_000_000, len(clamds.EICAR)]


NO_VERDICT = [
    b"",
    b"stream: OK",
    b"stream: O",
    b"INSTREAM size limit exceeded. ERROR\0",
    b"stream: timed out ERROR\0",
    b"stream:  FOUND\0",
    b"stream: a\nb FOUND\0",
    b"HTTP/1.1 200 OK\r\n\r\n",
    b"x" * 5_000,
]


@pytest.mark.parametrize("answer", NO_VERDICT)
def test_what_is_no_verdict_is_none(settings, answer):
    """«stream: OK» without its end is one all the same: the connection was closed after it."""
    with clamds.StandIn() as stand_in:
        settings.ANTIVIRUS_URL, stand_in.answer = stand_in.url, answer
        if answer == b"stream: OK":
            assert antivirus.scan(b"Bonjour") == ""
        else:
            with pytest.raises(antivirus.Unreachable):
                antivirus.scan(b"Bonjour")


@pytest.mark.parametrize("url", ["tcp://127.0.0.1:9", "unix:///nulle/part", "tcp:///"])
def test_nobody_there(settings, url):
    settings.ANTIVIRUS_URL = url
    with pytest.raises(antivirus.Unreachable):
        antivirus.scan(b"Bonjour")


def test_one_that_says_nothing_is_not_waited_for(settings, monkeypatch):
    monkeypatch.setattr(antivirus, "PATIENCE", 0.2)
    with clamds.socketserver.TCPServer(("127.0.0.1", 0), clamds.Session) as deaf:
        settings.ANTIVIRUS_URL = "tcp://{}:{}".format(*deaf.server_address)
        with pytest.raises(antivirus.Unreachable):
            antivirus.scan(b"Bonjour")
