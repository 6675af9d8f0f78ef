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
from habilitations.models.perimetre import within_perimeter
from habilitations.models.profils import VersionProfil
from habilitations.models.referents import ReferentConnu

__all__ = [
    "LIVING",
    "SORTS",
    "Alerte",
    "DemandeHabilitation",
    "DroitPersonnalise",
    "Habilitation",
    "HabilitationQuerySet",
    "Import",
    "ReferentConnu",
    "VersionProfil",
    "within_perimeter",
]
