"""A right of a dossier is asked with its mode, wherever it is asked (DOS-4)."""

import ast

from tests.house.source import dotted, modules
from viatraj.core.droits import SANS_PAGE, Droit

ASKED = frozenset(("cover", "nearest", "scopes", "using", "within"))


def questions():
    """Where rights are asked, and with which words: `Unite.objects.within(rights, …)` asks them itself."""
    for module in modules():
        for node in ast.walk(module.tree):
            is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
            if is_call and node.func.attr in ASKED and not dotted(node.args[0]).endswith("rights"):
                yield f"{module.path}:{node.lineno}", node


def says_its_mode(node: ast.Call) -> bool:
    """By name; or it needs none, for the right is written there and has no degree."""
    name = dotted(node.args[0]).removeprefix("Droit.")
    known = name in Droit.__members__ and not Droit[name].is_graded
    return known or any(word.arg == "mode" for word in node.keywords)


def test_every_question_on_a_right_says_how_far():
    asked = list(questions())
    assert len(asked) > 20
    assert [where for where, node in asked if not says_its_mode(node)] == []


# Who reads dossiers without asking who sees them, and why.
UNASKED = {
    "demandes/reads/tableaux/lignes.py": "of the demandes of a dashboard, whose rows say who is named",
    "demandes/reads/verifications.py": "the birth of the dossier that is looked at: an age, no name",
    "dossiers/actions/dossiers.py": "the dossier that an earlier click of the same form has made",
    "dossiers/reads/doublons.py": "tells of those out of sight that there is one, its orientation and month",
    "dossiers/reads/echeances.py": "the clock, which shows nothing",
    "viatraj/demo/data.py": "invented people",
    "viatraj/demo/patients.py": "the same, in number",
}


def test_dossiers_are_read_through_who_sees_them():
    """Details, lists and searches begin with the actor who looks (DOS-4)."""
    unasked = set()
    for module in modules():
        for node in ast.walk(module.tree):
            asked = isinstance(node, ast.Attribute) and dotted(node.value) == "Dossier.objects"
            if asked and node.attr not in ("visible_to", "named_to", "in_reach", "patients"):
                unasked.add(module.path)
    assert unasked <= UNASKED.keys()


def test_what_is_said_not_to_be_deployed_is_asked_nowhere():
    """HAB-3: the page that asks one of these takes it off the list."""
    asked = {
        node.attr
        for module in modules()
        if not module.path.startswith(("habilitations/profils/", "viatraj/core/droits.py"))
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute) and dotted(node.value) == "Droit"
    }
    assert asked & {one.name for one in SANS_PAGE} == set()
