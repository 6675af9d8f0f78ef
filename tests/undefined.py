"""An undefined variable in one of our templates fails the test, and so does a function that it calls and
that wants arguments, for it would be nothing; the admin's templates count on silence."""

import sys
from pathlib import Path

import pytest
from django.template import base
from django.template.base import Node
from django.utils.inspect import signature

OURS = str(Path(__file__).resolve().parent.parent)
NOT_OURS = f"{OURS}/.venv"


class Undefined(str):
    """Django's `string_if_invalid`: it asks `"%s" in …`, then `… % variable`."""

    def __mod__(self, variable):
        if origin := _template_in_progress():
            pytest.fail(f"« {variable} » n’existe pas dans {origin}")
        return ""


@pytest.fixture(autouse=True, scope="session")
def nothing_called_in_vain():
    """Templates ask the signature of what has refused to be called without argument."""

    def asked(called):
        if origin := _template_in_progress():
            pytest.fail(f"« {called} » veut des arguments, dans {origin}")
        return signature(called)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(base, "signature", asked)
        yield


def _template_in_progress():
    """The file of the innermost template node on the stack, when it is ours."""
    frame = sys._getframe(2)
    while frame:
        node = frame.f_locals.get("self")
        if isinstance(node, Node) and hasattr(node, "origin"):
            name = str(node.origin.name)
            return name if name.startswith(OURS) and not name.startswith(NOT_OURS) else None
        frame = frame.f_back
    return None
