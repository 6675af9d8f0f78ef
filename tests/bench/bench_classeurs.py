"""A large workbook of numbers, dates and durations, beside openpyxl write-only with the same formats (OBS-3).

small: 50,000 lines of 20 columns; full: a million. Each writer has a process of its own; what is compared is
its processor time, the making of rows taken off.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from django.conf import settings

from tests.bench.report import line

LINES = {"small": 50_000, "full": 1_000_000}
MEMORY = 100  # MB
# A million lines of 20 columns took the fastest writer known 18.5 s, openpyxl 219 s, in one run.
FASTEST, OPENPYXL = 18.5, 219


def run(scale):
    many = LINES[scale]
    ours, theirs = (_written(way, many) for way in ("ours", "theirs"))
    name = f"workbook of {many} x 20"
    yield line(f"{name}, CPU (openpyxl write-only)", ours["cpu"], theirs["cpu"], "s", "<= 0.125")
    fastest = theirs["cpu"] * FASTEST / OPENPYXL
    said = f"{name}, CPU (the fastest writer known, as it stood to openpyxl)"
    yield line(said, ours["cpu"], fastest, "s", "<= 3")
    yield line(f"{name}, memory of the process (promised)", ours["peak"], MEMORY, "MB", "<= 1")


def _written(way, many) -> dict:
    with tempfile.TemporaryDirectory(dir="/var/tmp", prefix="viatraj-bench-classeurs-") as folder:
        path = str(Path(folder) / "a.xlsx")
        command = [sys.executable, "-m", "tests.bench.classeurs.child", way, str(many), path]
        answer = subprocess.run(command, cwd=settings.BASE_DIR, check=True, capture_output=True, text=True)
    return json.loads(answer.stdout)
