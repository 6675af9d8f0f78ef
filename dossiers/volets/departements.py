"""The département of an address: all that a page without name tells of where somebody lives (DOS-4)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from annuaire.places import CORSICA, OVERSEAS

LINES = (Path(__file__).parent / "donnees" / "departements.csv").read_text().splitlines()[1:]
DEPARTEMENTS = dict(line.split(";") for line in LINES)


def of(values: Mapping[str, Any]) -> str:
    """Its code, by the INSEE code of the commune, which is sure, else by the code postal; "" when unknown."""
    if commune := values.get("commune", ""):
        found = commune[: _figures(commune)]
    else:
        found = _of_postal(values.get("code_postal", ""))
    return found if found in DEPARTEMENTS else ""


def _of_postal(code: str) -> str:
    corse = next((one for one, starts in CORSICA.items() if code.startswith(starts)), "")
    return corse or code[: _figures(code)]


def _figures(code: str) -> int:
    return 3 if code.startswith(OVERSEAS) else 2
