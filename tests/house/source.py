"""The product's own Python files, read as trees: rules list their exceptions and look at everything else."""

import ast
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.util import find_spec
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
APPS = tuple(
    "viatraj journal courrier changements accounts annuaire "
    "authcps habilitations delegations dossiers demandes observatoire".split()
)


@dataclass(frozen=True)
class Module:
    path: str  # from the root of the repository

    @property
    def app(self) -> str:
        return self.path.split("/")[0]

    @property
    def is_actions(self) -> bool:
        return self.path.endswith("/actions.py") or "/actions/" in self.path

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse((ROOT / self.path).read_text())

    @cached_property
    def modules(self) -> frozenset[str]:
        """Names that stand for a module here: `actions` in `from delegations import actions`."""
        found = set()
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                found |= {alias.asname or alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                found |= {
                    alias.asname or alias.name
                    for alias in node.names
                    if _is_module(f"{node.module}.{alias.name}")
                }
        return frozenset(found)

    @cached_property
    def functions(self) -> dict[str, ast.FunctionDef]:
        return {node.name: node for node in self.tree.body if isinstance(node, ast.FunctionDef)}

    @cached_property
    def policies(self) -> frozenset[str]:
        """How policies are called here: `policies.grant`, or `own_account` imported by its name."""
        imports = [node for node in self.tree.body if isinstance(node, ast.ImportFrom)]
        named = {one.name for node in imports if str(node.module).endswith("policies") for one in node.names}
        calls = [dotted(node.func) for node in ast.walk(self.tree) if isinstance(node, ast.Call)]
        return frozenset(named | {name for name in calls if name.split(".")[-2:-1] == ["policies"]})

    @cached_property
    def constants(self) -> dict[str, ast.expr]:
        """What is said once, at the top: `SQL = "…"`."""
        return {
            dotted(node.targets[0]): node.value for node in self.tree.body if isinstance(node, ast.Assign)
        }

    def reached_from(self, name: str) -> list[ast.FunctionDef]:
        """A function and those of the same module that it calls, near or far."""
        seen, waiting = {}, [name]
        while waiting:
            one = waiting.pop()
            if one in self.functions and one not in seen:
                seen[one] = self.functions[one]
                waiting += [node.id for node in ast.walk(seen[one]) if isinstance(node, ast.Name)]
        return list(seen.values())


def _is_module(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except (ModuleNotFoundError, ImportError):
        return False  # its parent is a class or a function's module


@cache
def modules() -> tuple[Module, ...]:
    paths = [path for app in APPS for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts]
    return tuple(Module(str(path.relative_to(ROOT))) for path in sorted(paths))


def actions() -> list[Module]:
    return [module for module in modules() if module.is_actions]


def public_actions() -> list[tuple[Module, ast.FunctionDef]]:
    return [
        (module, function)
        for module in actions()
        for function in module.functions.values()
        if not function.name.startswith("_")
    ]


def dotted(node: ast.expr) -> str:
    """`accounts.actions` of the expression that says so; empty for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (before := dotted(node.value)):
        return f"{before}.{node.attr}"
    return ""
