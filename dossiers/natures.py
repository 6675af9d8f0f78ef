"""Which volets there are, of which orientations, and which right each of them asks (DOS-3)."""

from dataclasses import dataclass

from django.db.models import TextChoices

from viatraj.core.droits import Droit, Orientation

SANITAIRE, GRAND_AGE, TND = Orientation.SANITAIRE, Orientation.GRAND_AGE, Orientation.TND


class Kind(TextChoices):
    """In the order of a page."""

    SERVICE = "service", "volet service demandeur"
    ORIENTATION = "orientation", "volet orientation"
    ADRESSAGE = "adressage", "volet adressage"
    MEDICAL = "medical", "volet médical"
    SOINS = "soins", "volet soins"
    AUTONOMIE = "autonomie", "volet autonomie"
    ADMINISTRATIF = "administratif", "volet administratif"
    SOCIAL = "social", "volet social"


@dataclass(frozen=True)
class Nature:
    """`droit`: of who writes the dossier; `recu`: of who receives it, or sees that it finds no solution.

    `validated`: a complete dossier has it validated, else completed.
    """

    orientations: tuple[Orientation, ...]
    droit: Droit
    recu: Droit
    validated: bool


NATURES = {
    Kind.SERVICE: Nature((SANITAIRE,), Droit.VOLET_ORIENTATION, Droit.RECU_ORIENTATION, False),
    Kind.ORIENTATION: Nature((SANITAIRE,), Droit.VOLET_ORIENTATION, Droit.RECU_ORIENTATION, True),
    Kind.ADRESSAGE: Nature((TND,), Droit.VOLET_MEDICAL, Droit.RECU_MEDICAL, True),
    Kind.MEDICAL: Nature((SANITAIRE, GRAND_AGE), Droit.VOLET_MEDICAL, Droit.RECU_MEDICAL, True),
    Kind.SOINS: Nature((SANITAIRE,), Droit.VOLET_SOINS, Droit.RECU_SOINS, True),
    Kind.AUTONOMIE: Nature((GRAND_AGE,), Droit.VOLET_AUTONOMIE, Droit.RECU_AUTONOMIE, True),
    Kind.ADMINISTRATIF: Nature(
        (SANITAIRE, GRAND_AGE, TND), Droit.VOLET_ADMINISTRATIF, Droit.RECU_ADMINISTRATIF, False
    ),
    Kind.SOCIAL: Nature((SANITAIRE,), Droit.VOLET_ADMINISTRATIF, Droit.RECU_ADMINISTRATIF, False),
}


def of_orientation(orientation: str) -> list[Kind]:
    return [kind for kind, nature in NATURES.items() if orientation in nature.orientations]
