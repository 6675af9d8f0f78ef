"""SoftHSM2, a card in software, for the tests: the machine's, else apt's (in .venv when not root)."""

import ctypes
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tools.browser import apt_get

CACHE = Path(__file__).resolve().parent.parent / ".venv" / "softhsm"
PACKAGES = ("softhsm2", "libsofthsm2", "softhsm2-common")
PLACES = (
    "/usr/lib/softhsm",
    "/usr/lib/x86_64-linux-gnu/softhsm",
    "/usr/lib/aarch64-linux-gnu/softhsm",
    "/usr/lib64/pkcs11",
    "/usr/local/lib/softhsm",
    "/opt/homebrew/lib/softhsm",
)


@dataclass(frozen=True)
class SoftHSM:
    """`module` is the PKCS#11 library, `util` the program that initialises tokens."""

    module: Path
    util: Path


def find():
    """The SoftHSM that is there and loads, or None."""
    util = shutil.which("softhsm2-util") or shutil.which("softhsm2-util", path=CACHE / "usr" / "bin")
    for root in (Path("/"), CACHE):
        for place in PLACES:
            module = root / place.lstrip("/") / "libsofthsm2.so"
            if util and _loads(module):
                return SoftHSM(module, Path(util))
    return None


def find_or_install():
    """The SoftHSM that is there or could be had, or None: its tests are then skipped and counted."""
    if found := find():
        return found
    if shutil.which("apt-get"):
        try:
            _by_apt() if os.geteuid() == 0 else unpack(PACKAGES, CACHE)
        except (OSError, subprocess.SubprocessError) as error:
            print(f"SoftHSM2 : {error}")
    return find()


def _by_apt():
    apt_get("install", "-y", "-qq", "--no-install-recommends", "softhsm2")


def unpack(packages, folder):
    """Debian packages unpacked into `folder`: `apt-get download` needs no right, `dpkg -x` neither."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    apt_get("download", "-qq", *packages, cwd=folder)
    for package in folder.glob("*.deb"):
        subprocess.run(["dpkg", "-x", package, folder], check=True)
        package.unlink()


def _loads(module):
    try:
        return module.exists() and bool(ctypes.CDLL(str(module)))
    except OSError:  # one of its own libraries is missing
        return False
