#!/usr/bin/env python3
"""Needs Python 3.11, 3.12 or 3.13 with venv, nothing else.

python3 run.py run      the product, its servers, demo data, on http://127.0.0.1:8000/ (or PORT=…)
python3 run.py test     all tests, browser included
python3 run.py proofs   what `test` tries as a sample, by the thousand (SEED=… for another series)
python3 run.py check    formatter, linter, import contracts, templates, types, migrations
python3 run.py bench    the benchmarks (SCALE=small or full, ONLY=word)
python3 run.py mutations  rules broken one at a time: does a test see each? (ONLY=word)
python3 run.py manage   Django's commands, beside a running `run`
"""

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCKS = ROOT / "requirements"

DEMO = ("app", "demo")
ALL = (*DEMO, "test")


def main():
    refuse_other_pythons(sys.version_info)
    command, *words = sys.argv[1:] or ["help"]
    if command not in COMMANDS:
        sys.exit(__doc__)
    os.chdir(ROOT)
    settings = dict(word.split("=", 1) for word in words if "=" in word and word.split("=", 1)[0].isupper())
    os.environ.update(settings)
    words = [word for word in words if word.split("=", 1)[0] not in settings]
    COMMANDS[command](words)


def refuse_other_pythons(version):
    if not (3, 11) <= tuple(version[:2]) < (3, 14):
        sys.exit(
            "ViaTraj demande Python 3.11, 3.12 ou 3.13 ; celui-ci est {}.{}. "
            "Lancez par exemple : python3.11 run.py run".format(*version[:2])
        )


def run(words):
    prepare(DEMO)
    execute("-m", "tools.supervisor", *words)


def test(words):
    prepare(ALL)
    subprocess.run([PYTHON, "-m", "tools.extras"], check=False)
    execute("-m", "pytest", *words)


def proofs(words):
    prepare(ALL)
    execute("-m", "pytest", "-m", "proofs", *words)


def check(words):
    prepare(ALL)
    execute("-m", "tools.check", *words)


def bench(words):
    prepare(ALL)
    execute("-m", "tools.bench", *words)


def mutations(words):
    prepare(ALL)
    execute("-m", "tools.mutations", *words)


def manage(words):
    prepare(DEMO)
    execute("manage.py", *words)


COMMANDS = {
    "run": run,
    "test": test,
    "proofs": proofs,
    "check": check,
    "bench": bench,
    "mutations": mutations,
    "manage": manage,
}


def execute(*words):
    """Becomes the virtual environment's Python: signals reach it, its exit code is ours."""
    sys.stdout.flush()
    os.execv(PYTHON, [str(PYTHON), *words])


def prepare(lists):
    """Makes .venv and installs the locked lists; does nothing when they have not changed since."""
    if not PYTHON.exists():
        create_venv()
    stamp = VENV / f".installed-{lists[-1]}"
    wanted = fingerprint(lists)
    if stamp.exists() and stamp.read_text() == wanted:
        return
    print("Installation des dépendances…", flush=True)
    install(lists)
    stamp.write_text(wanted)


def create_venv():
    print("Création de l’environnement .venv…", flush=True)
    try:
        venv.create(VENV, with_pip=True, clear=True)
    except (OSError, subprocess.CalledProcessError) as error:
        sys.exit(
            f"L’environnement .venv n’a pas pu être créé ({error}) : manque-t-il le paquet python3-venv ?"
        )


def fingerprint(lists):
    """SHA-256 of the lists and of what installs them."""
    files = [LOCKS / f"{name}.txt" for name in ("uv", *lists)]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def install(lists):
    """By uv when there is a wheel of it (four times as fast), else by pip; both check the hashes."""
    pip = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
    locked = [word for name in lists for word in ("-r", LOCKS / f"{name}.txt")]
    uv = [VENV / "bin" / "uv", "pip", "install", "--quiet", "--python", PYTHON, "--require-hashes"]
    uv.append(
        "--compile-bytecode"
    )  # as pip does: else each process compiles Django where Python writes no cache
    if succeeds([*pip, "-r", LOCKS / "uv.txt"]) and succeeds([*uv, *locked]):
        return
    if not succeeds([*pip, *locked]):
        sys.exit("Les dépendances n’ont pas pu être installées : voir le message ci-dessus.")


def succeeds(command):
    return subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL).returncode == 0


if __name__ == "__main__":
    main()
