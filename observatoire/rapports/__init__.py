"""The catalogue (OBS-2): one module a report. A new one is a file, its line here, its test."""

from observatoire.rapports.base import Cadre, Colonne, Critere, Groupe, Nature, Rapport

__all__ = ["CATALOGUE", "Cadre", "Colonne", "Critere", "Groupe", "Nature", "Rapport", "by_group", "get"]

CATALOGUE: dict[str, Rapport] = {}


def by_group(groupe: str) -> list[Rapport]:
    return [one for one in CATALOGUE.values() if one.groupe == groupe]


def get(code: str) -> Rapport | None:
    return CATALOGUE.get(code)
