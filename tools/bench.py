"""`make bench [SCALE=small|full] [ONLY=word]`: every tests/bench/bench_*.py, each over a new database.

A module has `run(scale)`, which yields lines of `tests.bench.report`. Each one has a process of its own, so
that memory is measured apart. Exit 1 when a goal is missed or a module fails.
"""

import importlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tools import servers

ROOT = Path(__file__).resolve().parent.parent
SCALES = ("small", "full")
SETTINGS = {"shared_buffers": "256MB", "max_wal_size": "2GB"}  # all safety left on, as in production


def main():
    scale, only = os.environ.get("SCALE") or "small", os.environ.get("ONLY", "")
    if scale not in SCALES:
        sys.exit(f"SCALE={scale} : small ou full.")
    modules = [file.stem for file in sorted(ROOT.glob("tests/bench/bench_*.py")) if only in file.stem]
    if not modules:
        sys.exit(f"ONLY={only} : aucun banc de ce nom.")
    with tempfile.TemporaryDirectory(prefix="viatraj-bench-", dir="/var/tmp") as folder:
        failed = _over_servers(Path(folder), modules, scale)
    if failed:
        sys.exit(f"make bench : but manqué ou banc en échec : {', '.join(failed)}")


def _over_servers(folder, modules, scale):
    folder.chmod(0o755)  # PostgreSQL runs as nobody when we are root
    postgres = servers.Postgres(folder / "pg", log=folder / "postgres.log", **SETTINGS)
    valkey = servers.Valkey(folder / "valkey", log=folder / "valkey.log")
    try:
        postgres.start()
        valkey.start()
        return [name for name in modules if not _passes(name, scale, postgres, valkey, folder)]
    finally:
        valkey.stop()
        postgres.stop()


def _passes(name, scale, postgres, valkey, folder):
    postgres.create(name)
    known = servers.environment(postgres.urls(name), valkey.url(), folder / "data")
    environment = {**os.environ, **known, "DJANGO_SETTINGS_MODULE": "viatraj.settings"}
    for step in ("migrate", "collectstatic"):
        command = [sys.executable, "manage.py", step, "--noinput", "-v", "0"]
        subprocess.run(command, check=True, cwd=ROOT, env=environment)
    command = [sys.executable, "-m", "tools.bench", name, scale]
    return subprocess.run(command, cwd=ROOT, env=environment).returncode == 0


def one(name, scale):
    """Runs one module in this process, Django ready; True when all its goals are met."""
    import django

    django.setup()
    met = True
    for line in importlib.import_module(f"tests.bench.{name}").run(scale):
        print(line, flush=True)
        met = met and line.met
    return met


if __name__ == "__main__":
    if len(sys.argv) == 3:
        sys.exit(not one(*sys.argv[1:]))
    main()
