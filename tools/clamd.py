"""clamd, for the tests of the antivirus: the machine's, else Debian's unpacked, without its service."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tools.softhsm import unpack

CACHE = Path(__file__).resolve().parent.parent / ".venv" / "clamd"
PACKAGES = ("clamav-daemon", "libclamav12", "libmspack0")


@dataclass(frozen=True)
class Clamd:
    program: Path
    environment: dict[str, str]


def find():
    """The clamd that is there and starts, or None."""
    for program, folders in _places():
        environment = {**os.environ, "LD_LIBRARY_PATH": ":".join(folders)} if folders else dict(os.environ)
        if program and _starts(program, environment):
            return Clamd(Path(program), environment)
    return None


def find_or_install():
    """The clamd that is there or could be had, or None: its test is then skipped and counted."""
    if not find() and shutil.which("apt-get"):
        try:
            unpack(PACKAGES, CACHE)
        except (OSError, subprocess.SubprocessError) as error:
            print(f"clamd : {error}")
    return find()


def _places():
    yield shutil.which("clamd") or shutil.which("clamd", path="/usr/sbin"), ()
    yield (
        shutil.which("clamd", path=CACHE / "usr" / "sbin"),
        [str(folder) for folder in (CACHE / "usr" / "lib").glob("*-linux-gnu")],
    )


def _starts(program, environment):
    """A library of its own may be missing."""
    words = [program, "--help"]
    return subprocess.run(words, env=environment, capture_output=True, check=False).returncode == 0
