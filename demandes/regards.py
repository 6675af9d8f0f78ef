"""On which sides of a demande somebody stands, and how far he sees it (DOS-4): asked nowhere else.

Who asks sees it by `dossiers.regards`. Who receives sees it by his board at the place of the demande, whether
or not the dossier still lies there: a line that is closed says who it was about for some days, then no more.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

import dossiers.regards
from demandes.etats import Cote
from demandes.models import Demande
from demandes.models.demandes import ASKING
from dossiers.models import LienMedecin, Role
from dossiers.regards import Regard, Voie
from viatraj.core.actor import Actor
from viatraj.core.droits import Droit, Mode

# Of a board of who receives, those that tell who the patient is.
NAMING = (Mode.LECTURE, Mode.REPONDRE)


@dataclass(frozen=True)
class Vue:
    """`asking`: the ways by which he sees what was asked; `receiving`: those by which it came to him."""

    demande: Demande
    asking: Regard
    receiving: Regard

    def __bool__(self) -> bool:
        return bool(self.asking or self.receiving)

    @cached_property
    def cotes(self) -> tuple[Cote, ...]:
        """What he may have to do there is asked of `policies`."""
        asking = (Cote.DEMANDEUR,) if self.asking else ()
        return (*asking, *((Cote.RECEVEUR, Cote.GUICHET, Cote.MEDECIN) if self.receiving else ()))

    def is_nominatif(self, now: datetime) -> bool:
        received = self.receiving.is_nominatif and self.demande.names_patient(now)
        return self.asking.is_nominatif or received

    def answering(self, droit: Droit) -> Voie | None:
        """The nearest way that lets him answer with this right."""
        ways = (one for one in self.receiving.voies if one.mode == Mode.REPONDRE and droit in one.held)
        return next(ways, None)

    def reading(self) -> Voie | None:
        return next((one for one in self.receiving.voies if one.mode in NAMING), None)


def is_asking(voie: Voie) -> bool:
    """Not of a médecin traitant before he has said that the patient is his."""
    return voie.role in ASKING and (
        voie.role != Role.TRAITANT or voie.presence.lien == LienMedecin.Etat.ACCEPTE
    )


def of(actor: Actor, demande: Demande) -> Vue:
    """Asks the dossier’s presences once; of a selection, nothing is received yet."""
    whole = dossiers.regards.of(actor, demande.dossier)
    asking = Regard(tuple(one for one in whole.voies if is_asking(one)))
    if demande.sent_at is None:
        return Vue(demande, asking, Regard())
    received = dossiers.regards.at(actor, Role.RECEVEUR, demande, orientation=demande.orientation)
    return Vue(demande, asking, received)
