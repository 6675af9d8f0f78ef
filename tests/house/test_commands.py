"""An operator's commands: what is refused is one French sentence and exit code 1, by one rule (ANN-7)."""

import ast

import pytest
from django.core.management import CommandError, call_command

from tests.house.source import ROOT, Module, dotted, modules

OWN = "/management/commands/"
UNKNOWN = "999"
# Commands that name a row, with everything else they need.
NAMING = (
    ("pause_ror", ["--region", UNKNOWN]),
    ("resume_ror", ["--region", UNKNOWN]),
    ("create_support", ["--identifiant", UNKNOWN]),
    ("create_referent", ["--national", "--identifiant", UNKNOWN]),
    ("create_referent", ["--region", UNKNOWN]),
    ("create_referent", ["--coordination", UNKNOWN]),
    ("create_referent", ["--finess", "990000000"]),
    ("campagne_verify", [UNKNOWN]),
)
# By command: options that name no row.
VALUES = {
    "create_referent": {"--national", "--nom", "--prenom", "--email", "--fin"},
    "create_support": {"--nom", "--prenom", "--email"},
    "create_territory": set(),
    "export_ror": {"file"},
    "import_adeli": {"file"},
    "import_finess": {"file", "--date", "--accept-loss"},
    "import_nomenclature": {"file", "--date", "--extract", "--accept-loss"},
    "import_rpps": {"file", "--date", "--accept-loss"},
    "journal_verify": {"--anchor"},
    "load_territoire": {"file"},
    "refresh_store": {"--full"},
    "refresh_territoire": {"folder", "--to"},
    "sync_ror": {"--full", "--source", "--dry-run", "--accept-loss", "--abandon"},
    "deliver_messages": {"--poll", "--once"},
    "demo_data": {"--scale", "--begin"},
    "demo_info": {"--json"},
    "failures": {"--days"},
}


def commands() -> list[Module]:
    return [one for one in modules() if OWN in one.path]


def options(module: Module) -> set[str]:
    """What its `add_arguments` adds."""
    calls = [node for node in ast.walk(module.tree) if isinstance(node, ast.Call)]
    adding = [node for node in calls if dotted(node.func).endswith("add_argument")]
    return {node.args[0].value for node in adding if isinstance(node.args[0], ast.Constant)}


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "arguments"), NAMING)
def test_a_name_that_nobody_has_is_no_success(name, arguments):
    """Nothing changes, and a script that goes by the exit code knows it."""
    with pytest.raises(CommandError) as refusal:
        call_command(name, *arguments)
    assert refusal.value.returncode == 1
    assert UNKNOWN in str(refusal.value) or "990000000" in str(refusal.value)
    assert str(refusal.value).count("\n") == 0


def test_every_option_names_a_row_or_a_value():
    """A new option that names a row is tried above."""
    tried = {(name, one) for name, arguments in NAMING for one in arguments}
    unknown = {
        (one.path.rpartition("/")[2], option)
        for one in commands()
        for name in [one.path.rpartition("/")[2].removesuffix(".py")]
        for option in options(one)
        if option not in VALUES.get(name, ())
        and (name, option) not in tried
        and (name, option) != ("campagne_verify", "campagne")
    }
    assert unknown == set()


def test_refusals_have_one_home():
    """`viatraj.core.commands.refusals`: no command words again what an action has refused."""
    again = []
    for one in commands():
        for node in ast.walk(one.tree):
            if not isinstance(node, ast.ExceptHandler) or not node.name:
                continue
            raised = [each.exc for each in ast.walk(node) if isinstance(each, ast.Raise)]
            for call in raised:
                if isinstance(call, ast.Call) and dotted(call.func) == "CommandError":
                    text = ast.unparse(call.args[0])
                    if text in (f"str({node.name})",) or f"{node.name}.messages" in text:
                        again.append(one.path)
    assert sorted(again) == ["viatraj/core/management/commands/migrate.py"]  # before any app is there


def test_commands_are_read():
    assert (ROOT / "viatraj/core/commands.py").exists()
    assert len(commands()) > 20
