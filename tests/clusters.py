"""A PostgreSQL cluster with all migrations applied: made once for a tree, copied by each of its runs."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from tools import servers

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / "var" / "tests"
DATABASE = "test_viatraj"  # as Django calls the tests' one beside `viatraj`
# What a migrated database depends on; were one missing here, each run would still migrate what it copied.
SOURCES = (
    "*/migrations/*",
    "viatraj/core/roles.py",
    "viatraj/core/management/commands/*",
    "requirements/*.txt",
)


def copy_to(postgres: servers.Postgres, folder: Path) -> None:
    """Fills the cluster of `postgres`, not yet started; `folder` is where one is made when there is none."""
    KEPT.mkdir(parents=True, exist_ok=True)
    with (KEPT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        kept = KEPT / _fingerprint()
        if not kept.exists():
            _make(folder, kept)
        postgres.folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(["cp", "-a", kept, postgres.data], check=True)


def _fingerprint() -> str:
    told = hashlib.sha256()
    for file in sorted(file for source in SOURCES for file in ROOT.glob(source) if file.is_file()):
        told.update(f"{file.relative_to(ROOT)}\n".encode() + file.read_bytes())
    return told.hexdigest()[:16]


def _make(folder, kept):
    """In place of those of other migrations."""
    postgres = servers.Postgres(folder / "made", log=folder / "made.log", **servers.THROW_AWAY)
    postgres.start()
    try:
        postgres.create(DATABASE)
        known = servers.environment(postgres.urls(DATABASE), "redis://127.0.0.1:9/0", folder / "data")
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "-v", "0"],
            cwd=ROOT,
            env={**os.environ, **known},
            check=True,
        )
    finally:
        postgres.stop()
    for former in KEPT.glob("*/"):
        shutil.rmtree(former)
    shutil.move(postgres.data, kept)
    shutil.rmtree(postgres.folder)
