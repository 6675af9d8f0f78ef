"""What a médecin holds on his own dossiers, and what a délégation lends of it (DEL-3, DEL-7)."""

from viatraj.core.actor import Grant, Rights
from viatraj.core.droits import Droit, Mode, Niveau, Orientation

# A médecin's whole space; validating a medical volet and delegating are his own acts, not rights to lend.
WHOLE_SPACE = (
    (Droit.DOSSIER_LISTE, Mode.NONE),
    (Droit.DOSSIER_CREATION, Mode.NONE),
    (Droit.VOLET_ADMINISTRATIF, Mode.ECRITURE),
    (Droit.VOLET_MEDICAL, Mode.VALIDATION),
    (Droit.DEMANDE, Mode.NONE),
    (Droit.DOSSIER_ACCEPTATION, Mode.NONE),
)


def of_medecin(medecin_id: int) -> Rights:
    """All rights on the space of one médecin: his own, and the same ones for a confrère (DEL-3)."""
    return Rights(
        frozenset(
            Grant(droit, mode, orientation, Niveau.MEDECIN, medecin_id)
            for orientation in Orientation
            for droit, mode in WHOLE_SPACE
        )
    )


def of_delegate(delegation) -> Rights:
    """What the délégation lends: everything to a confrère, the chosen rights to an assistant."""
    if delegation.kind == delegation.Kind.CONFRERE:
        return of_medecin(delegation.delegant_id)
    return Rights(
        frozenset(
            Grant(lent.droit, lent.mode, lent.orientation, Niveau.MEDECIN, delegation.delegant_id)
            for lent in delegation.droits.all()
        )
    )
