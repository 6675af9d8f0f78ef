"""A first thésaurus of pathologies, to be confirmed with people of the trade (`donnees/pathologies_1.csv`).

A form keeps the one it was made with: another thésaurus is another file, and another version of the form.
"""

from pathlib import Path

LINES = (Path(__file__).parent / "donnees" / "pathologies_1.csv").read_text().splitlines()[1:]
_rows = [tuple(line.split(";")) for line in LINES]
PATHOLOGIES = tuple((code, label) for code, _, label in _rows)
GROUPES = tuple(
    (groupe, tuple((code, label) for code, one, label in _rows if one == groupe))
    for groupe in dict.fromkeys(groupe for _, groupe, _ in _rows)
)
