"""What somebody may do on one dossier, in words (DEL-5)."""

from dossiers.models import Dossier
from viatraj.core.actor import Actor
from viatraj.core.droits import ABSENT, Droit

SHOWN = (Droit.VOLET_ADMINISTRATIF, Droit.VOLET_MEDICAL, Droit.DEMANDE, Droit.DOSSIER_ACCEPTATION)


def held_on(actor: Actor, dossier: Dossier) -> list[tuple[str, str]]:
    """(right, «Oui» or how far it goes), «Non» for what one may not."""
    shown = [one for one in SHOWN if (dossier.orientation, one) not in ABSENT]
    return [(one.label, _furthest(actor, dossier, one)) for one in shown]


def _furthest(actor, dossier, droit) -> str:
    def covers(mode):
        return actor.rights.cover(droit, dossier.place, domaine=dossier.orientation, mode=mode)

    held = [mode for mode in droit.modes if covers(mode)]
    return held[-1].label.capitalize() if held else "Non"
