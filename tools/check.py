"""`make check`: every check runs, even after one has failed; exit 1 when one has."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tools import servers

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
NOBODY_THERE = "postgres://nobody@127.0.0.1:9/none"

CHECKS = {
    "format": ["ruff", "format", "--check", "."],
    "lint": ["ruff", "check", "."],
    "imports": ["lint-imports"],
    "templates": ["djlint", "templates", "--lint", "--quiet"],
    "types": ["mypy"],
    # Without a database it still compares models and migrations, and warns that it could not look further.
    "migrations": ["python", "-W", "ignore", "manage.py", "makemigrations", "--check", "--dry-run"],
}


def main():
    with tempfile.TemporaryDirectory() as folder:
        known = servers.environment({"DATABASE_URL": NOBODY_THERE}, "redis://127.0.0.1:9/0", folder)
        failed = [name for name, words in CHECKS.items() if not _passes(name, words, {**os.environ, **known})]
    if failed:
        sys.exit(f"make check : à revoir : {', '.join(failed)}")
    print("make check : tout est en ordre.")


def _passes(name, words, environment):
    print(f"── {name}", flush=True)
    program, *rest = words
    return (
        subprocess.run([BIN / program, *rest], cwd=ROOT, env=environment, stdin=subprocess.DEVNULL).returncode
        == 0
    )


if __name__ == "__main__":
    main()
