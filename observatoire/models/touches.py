"""Which month a fact that moved is counted in: what the store says of itself, and kept months ask."""

from typing import NamedTuple

INSTANTS = "instants"


class Touche(NamedTuple):
    """`jour`: the column by which a report counts; `INSTANTS` of what it photographs at the month’s end, by
    the orientation of dossiers.
    """

    jour: str
    module: str
    mois: str
