"""What somebody may do on one dossier, in words (DEL-5)."""

from dossiers import regards
from dossiers.models import Dossier
from viatraj.core.actor import Actor
from viatraj.core.droits import ABSENT, Droit

SHOWN = (Droit.VOLET_ADMINISTRATIF, Droit.VOLET_MEDICAL, Droit.DEMANDE, Droit.DOSSIER_ACCEPTATION)


def held_on(actor: Actor, dossier: Dossier) -> list[tuple[str, str]]:
    """(right, «Oui» or how far it goes), «Non» for what one may not."""
    voies = regards.of(actor, dossier).voies
    held = voies[0].held if voies else {}
    shown = [one for one in SHOWN if (dossier.orientation, one) not in ABSENT]
    return [(one.label, held[one].label.capitalize() if one in held else "Non") for one in shown]
