"""What waits for a référent, told where he comes in."""

from dataclasses import dataclass

from habilitations import policies
from habilitations.models import DemandeHabilitation, Habilitation
from habilitations.reads import orphelines
from habilitations.reads.echeances import DIGESTED, ending_soon
from viatraj.core.actor import Actor
from viatraj.core.droits import Droit
from viatraj.core.policies import can


@dataclass(frozen=True)
class AFaire:
    """How many things wait for a référent.

    `ending` is None for one whose perimeter is wider than a coordination: the revue gives him that figure,
    for one coordination at a time.
    """

    waiting: int
    ending: int | None
    orphans: int

    def __bool__(self) -> bool:
        return bool(self.waiting or self.ending or self.orphans)


def of(actor: Actor, *, today) -> AFaire | None:
    """None when the actor is not a référent."""
    if not can(policies.administer, actor):
        return None
    orphans = can(policies.orphans, actor) and orphelines.visible_to(actor, today=today).count()
    return AFaire(
        waiting=DemandeHabilitation.objects.visible_to(actor).waiting().exclude(user=actor.user).count(),
        ending=_ending(actor, today),
        orphans=int(orphans),
    )


def _ending(actor, today) -> int | None:
    """Without the référent's own habilitation, which another référent prolongs."""
    if actor.rights.scopes(Droit.HABILITATION).keys() - set(DIGESTED):
        return None
    mine = Habilitation.objects.visible_to(actor).exclude(user=actor.user)
    return ending_soon(mine, today).count()
