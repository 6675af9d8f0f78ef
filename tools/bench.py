"""`make bench [SCALE=small|full] [ONLY=word]`: every tests/bench/bench_*.py, each over a new database.

A module has `run(scale)`, which yields lines of `tests.bench.report`. Each one has a process of its own, so
that memory is measured apart. Exit 1 when a module does not reach its end, 3 when a goal is missed.
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
FAILED, MISSED = 1, 3  # an exception that nobody caught ends a process with 1
# As `make run` has it, all safety left on.
SETTINGS = {"shared_buffers": "256MB", "max_wal_size": "2GB", "random_page_cost": "1.1"}


def main():
    scale, only = os.environ.get("SCALE") or "small", os.environ.get("ONLY", "")
    if scale not in SCALES:
        sys.exit(f"SCALE={scale} : small ou full.")
    modules = [file.stem for file in sorted(ROOT.glob("tests/bench/bench_*.py")) if only in file.stem]
    if not modules:
        sys.exit(f"ONLY={only} : aucun banc de ce nom.")
    with tempfile.TemporaryDirectory(prefix="viatraj-bench-", dir="/var/tmp") as folder:
        ended = _over_servers(Path(folder), modules, scale)
    for said, code in (("but manqué", MISSED), ("banc en échec", FAILED)):
        if names := [name for name, returned in ended.items() if returned == code]:
            print(f"make bench : {said} : {', '.join(names)}", file=sys.stderr)
    sys.exit(FAILED if FAILED in ended.values() else max(ended.values()))


def _over_servers(folder, modules, scale):
    folder.chmod(0o755)  # PostgreSQL runs as nobody when we are root
    postgres = servers.Postgres(folder / "pg", log=folder / "postgres.log", **SETTINGS)
    valkey = servers.Valkey(folder / "valkey", log=folder / "valkey.log")
    try:
        postgres.start()
        valkey.start()
        return {name: _ended(name, scale, postgres, valkey, folder) for name in modules}
    finally:
        valkey.stop()
        postgres.stop()


def _ended(name, scale, postgres, valkey, folder) -> int:
    postgres.create(name)
    known = servers.environment(postgres.urls(name), valkey.url(), folder / "data")
    environment = {**os.environ, **known, "DJANGO_SETTINGS_MODULE": "viatraj.settings"}
    for step in ("migrate", "collectstatic"):
        command = [sys.executable, "manage.py", step, "--noinput", "-v", "0"]
        subprocess.run(command, check=True, cwd=ROOT, env=environment)
    command = [sys.executable, "-m", "tools.bench", name, scale]
    returned = subprocess.run(command, cwd=ROOT, env=environment).returncode
    return returned if returned in (0, MISSED) else FAILED


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
        sys.exit(0 if one(*sys.argv[1:]) else MISSED)
    main()
