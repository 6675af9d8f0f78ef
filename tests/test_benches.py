"""`make proofs` runs each bench to its end: a crash would else show when its figures are needed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tools import servers
from tools.bench import FAILED

ROOT = Path(__file__).resolve().parent.parent
BENCHES = sorted(file.stem for file in (ROOT / "tests" / "bench").glob("bench_*.py"))


@pytest.mark.proofs
@pytest.mark.parametrize("name", BENCHES)
def test_each_bench_reaches_its_end(name):
    """Whether its goals are met is not asked: the machine is busy here."""
    command = [sys.executable, "-m", "tools.bench"]
    ours = servers.environment({"DATABASE_URL": "", "DATABASE_OWNER_URL": ""}, "", "")
    theirs = {key: value for key, value in os.environ.items() if key not in ours} | {"ONLY": name}
    ended = subprocess.run(command, cwd=ROOT, env=theirs, capture_output=True, text=True, check=False)
    assert ended.returncode != FAILED, ended.stderr[-2000:]
