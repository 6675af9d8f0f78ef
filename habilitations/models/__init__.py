from habilitations.models.alertes import Alerte
from habilitations.models.habilitations import (
    COLUMNS,
    FILLED,
    LIVING,
    SORTS,
    DroitPersonnalise,
    Habilitation,
    HabilitationQuerySet,
)

__all__ = [
    "COLUMNS",
    "FILLED",
    "LIVING",
    "SORTS",
    "Alerte",
    "DroitPersonnalise",
    "Habilitation",
    "HabilitationQuerySet",
]
