"""The catalogue (OBS-2): one module a report. A new one is a file, its line here, its test.

`etiquetees(tableau)`: rows as people read them, of a table as it is or as masking leaves it.
"""

from observatoire.rapports import (
    dep_01,
    dep_02,
    ga_01,
    ga_02,
    ga_03,
    ga_04,
    ph_01,
    ph_02,
    san_01,
    san_02,
    san_03,
    san_04,
    san_05,
    san_06,
    san_07,
    san_08,
    san_09,
    tnd_01,
    tnd_02,
)
from observatoire.rapports.base import Cadre, Colonne, Critere, Groupe, Nature, Rapport
from observatoire.rapports.etiquettes import etiquetees

__all__ = [
    "CATALOGUE",
    "Cadre",
    "Colonne",
    "Critere",
    "Groupe",
    "Nature",
    "Rapport",
    "by_group",
    "etiquetees",
    "get",
]

MODULES = (
    san_01,
    san_02,
    san_03,
    san_04,
    san_05,
    san_06,
    san_07,
    san_08,
    san_09,
    ga_01,
    ga_02,
    ga_03,
    ga_04,
    ph_01,
    ph_02,
    tnd_01,
    tnd_02,
    dep_01,
    dep_02,
)
CATALOGUE: dict[str, Rapport] = {one.RAPPORT.code: one.RAPPORT for one in MODULES}


def by_group(groupe: str) -> list[Rapport]:
    return [one for one in CATALOGUE.values() if one.groupe == groupe]


def get(code: str) -> Rapport | None:
    return CATALOGUE.get(code)
