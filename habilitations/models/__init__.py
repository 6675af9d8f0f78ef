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
    "DroitPersonnalise",
    "Habilitation",
    "HabilitationQuerySet",
]
