"""The volets of a dossier as data: one module each, the fields of its forms, all their versions (DOS-3).

Pure: no row, no request. Pages are drawn from it (`dossiers.forms.volets`), and what may be shown without a
name is worked out here, so that no page has to think of it.
"""

from collections.abc import Mapping
from typing import Any

from dossiers.volets import (
    administratif,
    adressage,
    autonomie,
    medical,
    orientation,
    service,
    social,
    soins,
    textes,
)
from dossiers.volets.formulaires import Contexte, Fautes, Formulaire, Values

__all__ = [
    "FORMULAIRES",
    "Contexte",
    "Fautes",
    "Formulaire",
    "Values",
    "anonymous",
    "current",
    "formulaire",
]

MODULES = (administratif, service, orientation, medical, soins, autonomie, social, adressage, textes)
FORMULAIRES: dict[tuple[str, str, int], Formulaire] = {
    (one.kind.value, one.orientation.value, one.version): one
    for module in MODULES
    for one in module.FORMULAIRES
}


def formulaire(kind: str, orientation: str, version: int) -> Formulaire:
    """KeyError when there is none."""
    return FORMULAIRES[str(kind), str(orientation), version]


def current(kind: str, orientation: str) -> Formulaire:
    """The one that is filled now; KeyError for a volet that this orientation does not have."""
    known = [version for one, of, version in FORMULAIRES if (one, of) == (str(kind), str(orientation))]
    return formulaire(kind, orientation, max(known, default=-1))


def anonymous(form: Formulaire, values: Mapping[str, Any]) -> Values:
    """What may be shown to who may not know whose dossier it is: codes, numbers, days of the stay (DOS-4)."""
    shown = {}
    for code, value in values.items():
        champ = form.champs.get(code)
        if champ is not None and (open_part := champ.anonymous(value)) is not None:
            shown[code] = open_part
    return shown
