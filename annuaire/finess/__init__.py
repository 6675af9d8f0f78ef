"""FINESS as it is published, csv until May 2026 and JSON («FINESS+») since: readers, no database (ANN-1)."""

from annuaire.finess.fichier import Publication, opened
from annuaire.finess.valeurs import CHAMPS, COMPARES, Refused, Site

__all__ = ["CHAMPS", "COMPARES", "Publication", "Refused", "Site", "opened"]
