"""The territory of a year as values: what the reference file of the repository holds (docs/adr/0057).

Pure: no database. `paquet` reads the published package, `fichier` writes and reads the file made of it.
"""

from annuaire.territoires.valeurs import Ancienne, Collectivite, Commune, Epci, Refused, Region, Territoire

__all__ = ["Ancienne", "Collectivite", "Commune", "Epci", "Refused", "Region", "Territoire"]
