"""What must come is waited for as long as `tests.patience` says; half a second shows that nothing comes."""

import ast
from pathlib import Path

FILES = [file for file in sorted(Path("tests").rglob("*.py")) if file.parts[1] != "bench"]
SHORT = 0.5  # seconds
WAITS = {"wait", "join", "set_default_timeout"}
CEILINGS = {"timeout", "seconds"}
SPANS = {"timedelta", "Duration"}  # their seconds are no ceiling


def own_ceilings(source):
    """The lines of calls that say themselves for how long they wait."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and _name(node.func) not in SPANS:
            said = [one.value for one in node.keywords if one.arg in CEILINGS]
            said += node.args[:1] if _name(node.func) in WAITS else []
            if any(_number(one) > SHORT for one in said):
                yield node.lineno


def _name(function) -> str:
    return getattr(function, "attr", getattr(function, "id", ""))


def _number(node) -> float:
    value = getattr(node, "value", 0)
    return value if isinstance(value, int | float) else 0


def test_nobody_has_a_ceiling_of_his_own():
    faults = [f"{file}:{line}" for file in FILES for line in own_ceilings(file.read_text())]
    assert not faults, f"tests.patience says how long: {faults}"


def test_a_ceiling_is_seen():
    assert [*own_ceilings("process.wait(10)")] == [*own_ceilings("get(url, timeout=5)")] == [1]
    assert [*own_ceilings("asked.wait(0.2); process.wait(PATIENCE); timedelta(seconds=9)")] == []
