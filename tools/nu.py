"""The Nu HTML checker, where there is Java: its jar is had by npm, once, into .venv (`make proofs`)."""

import json
import shutil
import subprocess
from pathlib import Path

from tools import browser

CACHE = Path(__file__).resolve().parent.parent / ".venv" / "nu"
NPM_PACKAGE = "vnu-jar@26.9.27"
JAR = CACHE / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"


def find_or_install() -> list[str] | None:
    """How it is called, or None: its proof is then skipped and counted."""
    java = shutil.which("java")
    if java and not JAR.exists():
        try:
            browser.npm_install(NPM_PACKAGE, CACHE)
        except (OSError, subprocess.SubprocessError, ImportError) as error:
            print(f"Nu : {error}")
    return [java, "-jar", str(JAR)] if java and JAR.exists() else None


def faults(command: list[str], folder: Path) -> list[str]:
    """Errors in the pages of a folder: «file:line: what»."""
    words = [*command, "--errors-only", "--format", "json", "--skip-non-html", str(folder)]
    told = json.loads(subprocess.run(words, capture_output=True, text=True).stderr)["messages"]
    return [
        f"{Path(one['url']).name}:{one.get('lastLine')}: {one['message']}"
        for one in told
        if one["type"] != "info"
    ]
