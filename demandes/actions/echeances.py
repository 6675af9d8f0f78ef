"""What time does to demandes (DOS-4): a reminder, an escalation, a proposal that lapses, a death undenied.

Each run deals with all that is due, whatever runs were missed, and finds nothing twice: what falls due next
is written with the step itself.
"""

from datetime import datetime

from django.db import transaction

from demandes import policies
from demandes.actions import moves, solutions, verbes
from demandes.etats import Cote, Verbe
from demandes.models import Demande, echeances
from dossiers.models import Dossier
from viatraj.core.actor import Actor


@transaction.atomic
def fall_due(demande: Demande, *, now: datetime, by: Actor) -> Verbe | None:
    """The first thing that is due of it; None where somebody has answered, or a delay has become longer."""
    policies.follow(by)
    _, demandes = moves.hold(demande.dossier)
    demande = demandes[demande.pk]
    verbe = echeances.due(demande, now=now)
    if verbe is None:
        moves.reckon(demande)
    else:
        verbes.perform(demande, verbe=verbe, cote=Cote.SYSTEME, now=now, by=by)
    return verbe


@transaction.atomic
def fall_without(dossier: Dossier, *, now: datetime, by: Actor) -> None:
    """No solution in time; or the delay has changed, or who asks has moved."""
    policies.follow(by)
    dossier, _ = moves.hold(dossier)
    solutions.settle_sought(dossier, now=now, by=by)
