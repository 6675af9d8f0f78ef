"""How a figure is blurred: a keyed draw that follows the lines it counts, and steps that follow the cell.

The same cell is the same figure whoever asks, in whatever table, as often as he likes: nothing averages out.
Two draws, for each alone is undone (docs/adr/0081): that of the lines says when two cells hold the same ones,
and is drawn again at each late correction; the steps of a cell, asked under ten names, are ten draws.
"""

from collections.abc import Iterable
from hashlib import blake2b
from typing import Any

PLACES = ("unite", "etablissement", "coordination", "region")  # smallest first: it says the others
TEMPS = ("mois", "annee", "periode")  # the last is no cell of the grid: without a month, it is refused


def etiquette(conditions: Iterable[tuple[str, Any]]) -> bytes:
    """A cell by what is true of its lines: not by the table it stands in, nor by what is counted there."""
    known = dict(conditions)
    if "axe" in known:
        known[known.pop("axe")] = known.pop("modalite", "")
    for grille in (PLACES, TEMPS):
        found = [one for one in grille if one in known]
        for wider in found[1:]:
            del known[wider]
    return repr(sorted((name, str(key)) for name, key in known.items())).encode()


def trouble(nombre: int, lignes: int, etiquette: bytes, *, cle: bytes, base: int, ampleur: int) -> int:
    """A count as it is shown: right on average, within `base` + `ampleur`. `lignes`: sum of their keys."""
    moved = nombre + _draw(cle, b"lignes", lignes.to_bytes(8), 2 * ampleur + 1) - ampleur
    return (moved + _draw(cle, b"cellule", etiquette, base)) // base * base


def _draw(cle: bytes, what: bytes, said: bytes, among: int) -> int:
    """0 to `among` - 1."""
    digest = blake2b(said, key=cle, person=what, digest_size=8).digest()
    return int.from_bytes(digest) % among
