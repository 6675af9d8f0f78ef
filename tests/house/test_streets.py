"""Who may know whom: the street, the rooms, HTTP kept at the edge, the clock read at the edge."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.house.source import APPS, ROOT, dotted, modules

CLOCK = frozenset(("timezone.now", "timezone.localdate", "date.today", "datetime.now"))
ROOMS_WITH_A_CLOCK = ("views", "tasks", "commands")  # elsewhere, time comes in as `now=` or `today=`
FILES_WITH_A_CLOCK = {
    "viatraj/middleware/actor.py": "the edge itself",
    "viatraj/middleware/gate.py": "the edge itself",
    "accounts/sessions.py": "Django's session store has no `now=` to be given",
    "courrier/sms.py": "the demonstration’s gateway stamps what it received",
    "courrier/delivery.py": "the sender, a process: its edge is the queue",
    "accounts/mots_de_passe.py": "Django's token generator has no `now=` to be given",
    "viatraj/espaces/context.py": "what every page shows: the seconds left of a session",
    "viatraj/logs.py": "counts a failure on the day it happens: whatever failed cannot hand it in",
    "authcps/doors.py": "opens the session for the views of sign-in",
}


def test_imports_go_down_the_street():
    """The contracts of pyproject.toml, as `make check` runs them."""
    lint = Path(sys.executable).parent / "lint-imports"
    answer = subprocess.run([lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert answer.returncode == 0, answer.stdout
    assert "2 kept, 0 broken" in answer.stdout


ROOMS = "Rooms inside an app"


def test_every_module_of_an_app_has_a_room():
    """The contract leaves out no app and no module, and names no room that no app has (docs/adr/0036)."""
    lint = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    (contract,) = [one for one in lint["contracts"] if one["name"] == ROOMS]
    assert {*contract} == {"name", "type", "exhaustive", "containers", "layers"}  # no list of exceptions
    assert contract["exhaustive"] is True
    assert {*contract["containers"]} == {*APPS} - {"viatraj"}
    rooms = {room for layer in contract["layers"] for room in re.findall(r"\w+", layer)}
    found = {path.stem for app in contract["containers"] for path in (ROOT / app).iterdir()}
    assert rooms - found == set()


def test_the_clock_is_read_at_the_edge():
    inside = [
        f"{module.path}:{node.lineno} {dotted(node)}"
        for module in modules()
        if module.path not in FILES_WITH_A_CLOCK and not _is_edge(module)
        for node in _clocks(module.tree)
    ]
    assert inside == []


def _clocks(tree) -> list[ast.Attribute]:
    """`localdate(now)` reads a moment that was handed in, not the clock."""
    told = {
        id(node.func)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and node.args and dotted(node.func) == "timezone.localdate"
    }
    named = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and dotted(node) in CLOCK]
    return [node for node in named if id(node) not in told]


@pytest.mark.parametrize(
    ("code", "reads"),
    [
        ("timezone.localdate()", True),
        ("timezone.localdate(now)", False),
        ("field = Field(default=timezone.localdate)", True),
        ("datetime.now(UTC)", True),
    ],
)
def test_a_look_at_the_clock_is_recognised(code, reads):
    assert bool(_clocks(ast.parse(code))) is reads


def _is_edge(module) -> bool:
    return bool({*module.path.removesuffix(".py").split("/")} & {*ROOMS_WITH_A_CLOCK})


# Who may name what talks to a relay: a chain that ends in the sender's own process.
TALKING = {
    "smtplib": {"courrier/routes.py"},
    "django.core.mail": {"courrier/routes.py"},
    "courrier.routes": {"courrier/delivery.py"},
    "courrier.delivery": {"courrier/management/commands/deliver_messages.py"},
}


def test_no_mail_leaves_within_a_request():
    """A page posts into the outbox, in its transaction; only the sender's command reaches a relay."""
    found = {name: {one.path for one in modules() if name in _imported(one)} for name in TALKING}
    assert found == TALKING


def _imported(module) -> set[str]:
    found = set()
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found
