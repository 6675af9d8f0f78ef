"""Advisory locks have one home, so that no two of ours bear one number (docs/adr/0019)."""

from tests.house.source import ROOT, modules

HOME = "viatraj/core/turns.py"


def test_no_statement_elsewhere_takes_an_advisory_lock():
    taken = [
        one.path for one in modules() if "advisory_" in (ROOT / one.path).read_text() and one.path != HOME
    ]
    assert not taken
