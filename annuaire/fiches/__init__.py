"""Sheets of the directory as data: every field, its row in the mapping table, who may write it (ANN-2).

Pure: no row, no request. `annuaire.origines` says what is greyed, forms and pages are drawn from here.
"""

from collections.abc import Iterator

from annuaire.fiches import etablissement, unite
from annuaire.fiches.donnees import Donnee, Regle, Rubrique, Stock, Terme, Termes
from viatraj.core.droits import Niveau

__all__ = ["RUBRIQUES", "Donnee", "Regle", "Rubrique", "Stock", "Terme", "Termes", "donnee", "donnees"]

RUBRIQUES: dict[str, tuple[Rubrique, ...]] = {
    Niveau.ETABLISSEMENT: etablissement.RUBRIQUES,
    Niveau.UNITE: unite.RUBRIQUES,
}


def donnees(niveau: str) -> Iterator[Donnee]:
    """All fields of the sheet of a level, in the order of its page."""
    for rubrique in RUBRIQUES[niveau]:
        yield from rubrique.donnees


def donnee(niveau: str, code: str) -> Donnee:
    """KeyError when the sheet has no such field."""
    return {one.code: one for one in donnees(niveau)}[code]
