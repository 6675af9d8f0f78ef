"""clamd, over its socket: the file goes to it, one line comes back (INSTREAM)."""

import re
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from django.conf import settings

from viatraj.core.reading import reads

PATIENCE, CHUNK, LONGEST = 60, 1 << 16, 1_000  # seconds; bytes sent at once; of an answer
VERDICT = re.compile(rb"stream: (?:(OK)|([!-~]{1,200}) FOUND)\0?\n?")


class Unreachable(Exception):
    """No verdict: it is down, slow, or has answered something else; `str()` is for operators."""


def is_on() -> bool:
    return bool(settings.ANTIVIRUS_URL)


def scan(raw: bytes) -> str:
    """The name of what was found; empty when nothing was."""
    try:
        with _connected() as link:
            link.sendall(b"zINSTREAM\0")
            for at in range(0, len(raw), CHUNK):
                part = raw[at : at + CHUNK]
                link.sendall(struct.pack(">I", len(part)) + part)
            link.sendall(struct.pack(">I", 0))
            return read_verdict(_answer(link))
    except OSError as error:
        raise Unreachable(type(error).__name__) from error


@reads(Unreachable, lambda: Unreachable("réponse illisible"))
def read_verdict(answer: bytes) -> str:
    found = VERDICT.fullmatch(answer)
    if found is None:
        raise Unreachable("réponse sans verdict")
    return (found[2] or b"").decode("ascii")


def _answer(link: socket.socket) -> bytes:
    answer = b""
    while len(answer) <= LONGEST and not answer.endswith(b"\0") and (part := link.recv(LONGEST)):
        answer += part
    return answer


@contextmanager
def _connected() -> Iterator[socket.socket]:
    """tcp://host:3310, or unix:///run/clamav/clamd.ctl."""
    url = urlsplit(settings.ANTIVIRUS_URL)
    if url.scheme == "unix":
        with socket.socket(socket.AF_UNIX) as link:
            link.settimeout(PATIENCE)
            link.connect(url.path)
            yield link
    else:
        with socket.create_connection((url.hostname or "", url.port or 3310), PATIENCE) as link:
            yield link
