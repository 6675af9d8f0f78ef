"""`make mutations [ONLY=word]`: breaks the rules of tests/mutations.py one at a time, in a copy of the tree.

A rule is held when a test that quotes its requirement fails without it. Exit 1 when one is not, when its line
is no longer found, or when that test fails as well with nothing broken.
"""

import ast
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent
PYTEST = (
    "-m",
    "pytest",
    "-n",
    "0",
    "-q",
    "--no-header",
    "--tb=no",
    "--maxfail=8",
    "-p",
    "no:cacheprovider",
    "--reuse-db",
)


@dataclass(frozen=True)
class Mutation:
    """In `path`, `before` becomes `after`; `tests` are the files that should see it.

    `migrates`: it changes what a migration writes, so the database is made anew.
    """

    name: str
    requirement: str
    path: str
    before: str
    after: str
    tests: str
    migrates: bool = False

    def applied(self, text: str) -> str:
        """The broken file; LookupError when its line is not there, or not alone."""
        if text.count(self.before) != 1:
            raise LookupError(f"{self.path} : « {self.before} » s’y trouve {text.count(self.before)} fois")
        return text.replace(self.before, self.after)


def main():
    from tests.mutations import MUTATIONS

    only = os.environ.get("ONLY", "")
    chosen = [one for one in MUTATIONS if only in f"{one.requirement} {one.name}"]
    if not chosen:
        sys.exit(f"ONLY={only} : aucune mutation de ce nom.")
    with tempfile.TemporaryDirectory(prefix="viatraj-mutations-", dir="/var/tmp") as folder:
        copy = Copy(Path(folder) / "tree")
        with Servers(copy):
            seen = {one.name: _seen_by(one, copy) for one in chosen}
            found = sorted({*filter(None, seen.values())})
            sick = copy.fail(found) if found else []
    for test in sick:
        print(f"ÉCHOUE AUSSI SANS RIEN CASSER : {test}")
    held = [one for one in seen.values() if one and one not in sick]
    print(f"{len(held)} sur {len(chosen)} mutations vues par un test qui cite l’exigence.")
    sys.exit(len(held) < len(chosen))


def _seen_by(mutation, copy) -> str:
    """A test that fails and quotes the requirement, or nothing; one line of the table."""
    try:
        with copy.broken(mutation):
            failed = copy.fail(mutation.tests.split(), anew=mutation.migrates)
        if mutation.migrates:  # the database is mended too
            copy.fail(mutation.tests.split(), anew=True)
    except LookupError as error:
        print(f"INTROUVABLE  {mutation.requirement:<8}{mutation.name} : {error}", flush=True)
        return ""
    quoting = [one for one in failed if mutation.requirement in quoted(copy.folder, one)]
    word = "rouge" if quoting else "SANS CITER" if failed else "VERT"
    found = (quoting or failed or ["-"])[0]
    print(f"{word:<12} {mutation.requirement:<8}{mutation.name} : {found}", flush=True)
    return quoting[0] if quoting else ""


class Copy:
    """The working tree as it stands, where rules are broken and mended."""

    def __init__(self, folder):
        self.folder = folder
        words = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        named = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True).stdout
        for name in filter(None, named.split("\0")):
            if (ROOT / name).is_file():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(ROOT / name, folder / name)
        if not (folder / ".venv").exists():
            (folder / ".venv").symlink_to(ROOT / ".venv")

    def broken(self, mutation):
        return _Broken(self.folder / mutation.path, mutation)

    def fail(self, tests, *, anew=False) -> list[str]:
        """The tests that fail: `tests/accounts/test_accounts.py::Class::test_name`."""
        report = self.folder.parent / "report.xml"
        report.unlink(missing_ok=True)
        database = ["--create-db"] if anew else []
        words = [*PYTEST, *database, f"--junitxml={report}", "-o", "junit_family=xunit1", *tests]
        command = [self.folder / ".venv" / "bin" / "python", *words]
        subprocess.run(command, cwd=self.folder, env=_keeping_bytecode(), capture_output=True)
        if not report.exists():
            return ["pytest"]
        cases = ElementTree.parse(report).iter("testcase")  # noqa: S314, written by pytest just now
        return [
            _name(one) for one in cases if one.find("failure") is not None or one.find("error") is not None
        ]


def _keeping_bytecode() -> dict[str, str]:
    """The copy is ours: what is compiled once serves all runs."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


class _Broken:
    def __init__(self, file, mutation):
        self.file, self.mutation, self.whole = file, mutation, file.read_text()

    def __enter__(self):
        self.file.write_text(self.mutation.applied(self.whole))

    def __exit__(self, *_):
        self.file.write_text(self.whole)


def _name(case) -> str:
    file, module = case.get("file", ""), case.get("file", "").removesuffix(".py").replace("/", ".")
    within = (case.get("classname") or "").removeprefix(module).strip(".").split(".")
    return "::".join(filter(None, [file, *within, re.sub(r"\[.*", "", case.get("name"), flags=re.S)]))


def quoted(folder, test) -> str:
    """What a test says of itself: its own text, and what its class and its file say first."""
    file, *names = test.split("::")
    if not (folder / file).is_file():
        return ""
    text = (folder / file).read_text()
    node, said = ast.parse(text), []
    for name in names:
        said.append(ast.get_docstring(node) or "")
        node = next((one for one in node.body if getattr(one, "name", "") == name), None)
        if node is None:
            return "\n".join(said)
    first = min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", []))])
    return "\n".join([*said, *text.splitlines()[first - 1 : node.end_lineno]])


class Servers:
    """One PostgreSQL, one Valkey for all runs, each with the test database of the run before."""

    def __init__(self, copy):
        self.copy = copy

    def __enter__(self):
        from tests import servers

        servers.start()
        os.environ[servers.KEPT] = "1"
        words = [sys.executable, "manage.py", "collectstatic", "--noinput", "-v", "0"]
        known = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}
        subprocess.run(words, cwd=self.copy.folder, env=known, check=True)

    def __exit__(self, *_):
        from tests import servers

        servers.stop()


if __name__ == "__main__":
    main()
