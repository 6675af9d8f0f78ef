from habilitations.models.alertes import Alerte
from habilitations.models.demandes import DemandeHabilitation
from habilitations.models.habilitations import (
    LIVING,
    SORTS,
    DroitPersonnalise,
    Habilitation,
    HabilitationQuerySet,
)
from habilitations.models.imports import Import
from habilitations.models.lieux import COLUMNS, FILLED, AtLieu, within_perimeter
from habilitations.models.profils import VersionProfil

__all__ = [
    "COLUMNS",
    "FILLED",
    "LIVING",
    "SORTS",
    "Alerte",
    "AtLieu",
    "DemandeHabilitation",
    "DroitPersonnalise",
    "Habilitation",
    "HabilitationQuerySet",
    "Import",
    "VersionProfil",
    "within_perimeter",
]
