"""A queue for heavy computing (hashes): at most as many at once, on this machine, as it has cores.

The places are locks on files, which the kernel frees when a process dies.
"""

import fcntl
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import randrange

import structlog

log = structlog.get_logger(__name__)
PLACES = os.cpu_count() or 1
POLITE = 2.0  # seconds during which callers with `is_last` let the others go first
PAUSE = 0.02
FLAGS = os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC


def _path(place: int) -> Path:
    return Path(tempfile.gettempdir()) / f"viatraj-{os.getuid()}-turn-{place}.lock"


@contextmanager
def turn(*, is_last: bool = False) -> Iterator[None]:
    """Waits for a place. All callers with `is_last` share a single one.

    Where files cannot be locked there is no queue, and the log says so.
    """
    opened: list[int] = []
    try:
        try:
            opened.extend(os.open(_path(place), FLAGS, 0o600) for place in range(1 if is_last else PLACES))
            _wait(opened, is_last)
        except OSError as error:
            log.warning("turns.unavailable", error=type(error).__name__)
        yield
    finally:
        for one in opened:
            os.close(one)


def _wait(opened: list[int], is_last: bool) -> None:
    until = time.monotonic() + POLITE
    while not any(map(_taken, opened)):
        if not is_last or time.monotonic() > until:
            fcntl.flock(opened[randrange(len(opened))], fcntl.LOCK_EX)  # noqa: S311
            return
        time.sleep(PAUSE)


def _taken(place: int) -> bool:
    try:
        fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
