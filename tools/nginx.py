"""nginx, for the tests of our files: the machine's, else the program of its package, without its service."""

import shutil
import subprocess
from pathlib import Path

from tools.softhsm import unpack

CACHE = Path(__file__).resolve().parent.parent / ".venv" / "nginx"


def find():
    """The program, or None."""
    found = shutil.which("nginx") or shutil.which("nginx", path=CACHE / "usr" / "sbin")
    return found and Path(found)


def find_or_install():
    """The nginx that is there or could be had, or None: its tests are then skipped and counted."""
    if not find() and shutil.which("apt-get"):
        try:
            unpack(("nginx",), CACHE)
        except (OSError, subprocess.SubprocessError) as error:
            print(f"nginx : {error}")
    return find()
