"""The state of a demande, and those of a notification, are written in one place each (DOS-4)."""

import ast

import pytest

from tests.house.source import Module, dotted, modules

# The state of a dossier that seeks a solution: they write no demande.
OF_DOSSIERS = ("demandes/actions/solutions.py", "demandes/reads/solutions.py")
WRITERS = ("demandes/actions/moves.py", "demandes/actions/passages.py")
WRITTEN = frozenset(("etat", "avant", "depuis", "statut", "statut_unite"))


def states_written(module: Module) -> list[str]:
    """Of a demande: assigned, set by name, given to a new row or to an update; `depuis` begins a row."""
    found = []
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            flat = [one for target in targets for one in ast.walk(target)]
            found += [one.lineno for one in flat if isinstance(one, ast.Attribute) and one.attr in WRITTEN]
        elif isinstance(node, ast.Call):
            name = getattr(node.func, "attr", "") or dotted(node.func)
            words = {word.arg for word in node.keywords}
            makes = name in ("Demande", "Notification", "update", "create", "bulk_create", "update_unheld")
            if (makes and words & (WRITTEN - {"depuis"})) or (name == "setattr" and _names_a_state(node)):
                found.append(node.lineno)
    return [f"{module.path}:{line}" for line in found]


def _names_a_state(node: ast.Call) -> bool:
    return any(isinstance(one, ast.Constant) and one.value in WRITTEN for one in node.args)


def knows_demandes(module: Module) -> bool:
    imported = [node for node in ast.walk(module.tree) if isinstance(node, ast.ImportFrom | ast.Import)]
    names = {str(getattr(node, "module", "")) for node in imported}
    names |= {alias.name for node in imported for alias in node.names}
    return module.app == "demandes" or any(name.split(".")[0] == "demandes" for name in names)


def test_no_state_is_written_elsewhere():
    """DOS-4."""
    known = [one for one in modules() if knows_demandes(one)]
    assert len(known) > 5
    found = {one.path: states_written(one) for one in known}
    for path in OF_DOSSIERS:
        assert found.pop(path)
        assert "Demande" not in {one.id for one in ast.walk(Module(path).tree) if isinstance(one, ast.Name)}
    assert all(found.pop(one) for one in WRITERS)
    assert [line for lines in found.values() for line in lines] == []


@pytest.mark.parametrize(
    ("code", "writes"),
    [
        ("demande.etat = Etat.ADMIS", True),
        ("demande.etat, demande.depuis = after, now", True),
        ("setattr(demande, 'etat', after)", True),
        ("Demande(dossier=dossier, etat='admis')", True),
        ("Demande.objects.filter(pk=1).update(etat='admis')", True),
        ("notification.statut = Statut.ENTRE", True),
        ("Notification.objects.update(statut_unite='186')", True),
        ("demande.etat == Etat.ADMIS", False),
        ("Demande.objects.filter(etat='admis')", False),
        ("demande.relancee_at = now", False),
    ],
)
def test_a_written_state_is_recognised(code, writes):
    module = Module("demandes/views.py")
    vars(module)["tree"] = ast.parse(code)
    assert bool(states_written(module)) is writes
