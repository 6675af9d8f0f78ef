from habilitations.models.alertes import Alerte
from habilitations.models.campagnes import RANGS, Campagne, Perimetre, Rappel, Rapport, Relecteur
from habilitations.models.demandes import DemandeHabilitation
from habilitations.models.examens import Examen
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
    "RANGS",
    "SORTS",
    "Alerte",
    "Campagne",
    "DemandeHabilitation",
    "DroitPersonnalise",
    "Examen",
    "Habilitation",
    "HabilitationQuerySet",
    "Import",
    "Perimetre",
    "Rappel",
    "Rapport",
    "ReferentConnu",
    "Relecteur",
    "VersionProfil",
    "within_perimeter",
]
