"""What waits for a référent, told where he comes in."""

from dataclasses import dataclass

from habilitations import policies
from habilitations.models import Habilitation
from habilitations.models.perimetre import perimeter_sql
from habilitations.profils import PROFILS
from habilitations.reads import campagnes, orphelines
from habilitations.reads.echeances import DIGESTED, ending_soon
from viatraj.core import prepared
from viatraj.core.actor import Actor
from viatraj.core.droits import Droit
from viatraj.core.policies import can

# Every page of a référent says it in its menu.
WAITING = """
    SELECT count(*) FROM (SELECT FROM habilitations_demandehabilitation
      WHERE state = 'waiting' AND user_id <> %(user)s AND profil = ANY(%(profils)s) AND {perimeter}
      LIMIT %(at_most)s) AS demandes"""


@dataclass(frozen=True)
class AFaire:
    """How many things wait for a référent.

    `ending` is None for one whose perimeter is wider than a coordination: the revue gives him that figure,
    for one coordination at a time.
    """

    waiting: int
    ending: int | None
    orphans: int
    examens: int = 0

    def __bool__(self) -> bool:
        return bool(self.waiting or self.ending or self.orphans or self.examens)


def of(actor: Actor, *, today) -> AFaire | None:
    """None when the actor is not a référent."""
    if not can(policies.administer, actor):
        return None
    orphans = can(policies.orphans, actor) and orphelines.visible_to(actor, today=today).count()
    return AFaire(
        waiting=waiting(actor),
        ending=_ending(actor, today),
        orphans=int(orphans),
        examens=campagnes.left_to(actor.user),
    )


def waiting(actor: Actor, *, at_most: int | None = None) -> int:
    """Demandes of his perimeter that wait for an answer, without his own, which another référent gives."""
    if actor.is_acting or actor.user is None:
        return 0
    rule, places = perimeter_sql(actor.rights)
    known = {"user": actor.user.pk, "profils": list(PROFILS), "at_most": at_most, **places}
    ((count,),) = prepared.rows(WAITING.format(perimeter=rule), known)
    return count


def _ending(actor, today) -> int | None:
    """Without the référent's own habilitation, which another référent prolongs."""
    if actor.rights.scopes(Droit.HABILITATION).keys() - set(DIGESTED):
        return None
    mine = Habilitation.objects.visible_to(actor).exclude(user=actor.user)
    return ending_soon(mine, today).count()
