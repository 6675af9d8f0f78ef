"""What waits for a référent, told where he comes in."""

from dataclasses import dataclass

from annuaire.reads import fermetures
from habilitations import policies
from habilitations.models.perimetre import perimeter_sql
from habilitations.profils import PROFILS
from habilitations.reads import orphelines
from habilitations.reads.echeances import DIGESTED
from viatraj.core import prepared
from viatraj.core.actor import Actor
from viatraj.core.droits import Droit
from viatraj.core.expiry import SOON_MONTHS
from viatraj.core.periods import add_months
from viatraj.core.policies import can

# Every page of a référent says it in its menu.
WAITING = """
    SELECT count(*) FROM (SELECT FROM habilitations_demandehabilitation
      WHERE state = 'waiting' AND user_id <> %(user)s AND profil = ANY(%(profils)s) AND {perimeter}
      LIMIT %(at_most)s) AS demandes"""
# `echeances.ending_soon` and `campagnes.list_of`, which answer for the lines themselves.
ENDING = """
    SELECT count(*) FROM habilitations_habilitation h
    WHERE revoked_at IS NULL AND fin BETWEEN %(today)s AND %(soon)s AND user_id <> %(user)s AND {perimeter}
      AND NOT EXISTS (SELECT FROM habilitations_habilitation f
        WHERE f.user_id = h.user_id AND f.profil = h.profil AND f.lieu_key = h.lieu_key
          AND f.revoked_at IS NULL AND f.fin > h.fin AND f.debut <= h.fin + 1)"""
TO_REVIEW = """
    SELECT count(*) FROM habilitations_relecteur r
    JOIN habilitations_campagne c ON c.id = r.campagne_id AND c.state = 'open'
    JOIN habilitations_examen e ON e.campagne_id = r.campagne_id AND e.bureau = r.bureau AND e.rang < r.rang
    WHERE r.user_id = %(user)s AND e.state = 'todo' AND e.titulaire_id <> r.user_id
      AND COALESCE(e.confie_a_id, r.user_id) = r.user_id"""


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
    closings: int = 0

    def __bool__(self) -> bool:
        return bool(self.waiting or self.ending or self.orphans or self.examens or self.closings)


def of(actor: Actor, *, today) -> AFaire | None:
    """None when the actor is not a référent."""
    if not can(policies.administer, actor):
        return None
    orphans = can(policies.orphans, actor) and orphelines.visible_to(actor, today=today).count()
    wider = actor.rights.scopes(Droit.HABILITATION).keys() - set(DIGESTED)
    asked = {
        "waiting": waiting(actor),
        "examens": (TO_REVIEW, {"user": actor.user.pk}),
        "closings": fermetures.how_many_wait(actor),
    }
    if not wider:
        asked["ending"] = _of_perimeter(actor, ENDING, today=today, soon=add_months(today, SOON_MONTHS))
    return AFaire(**{"ending": None, **prepared.values(asked)}, orphans=int(orphans))


def waiting(actor: Actor, *, at_most: int | None = None) -> prepared.Asked:
    """How many demandes of his perimeter wait for an answer; to be asked with what else the page asks."""
    return _of_perimeter(actor, WAITING, profils=list(PROFILS), at_most=at_most)


def _of_perimeter(actor: Actor, sql: str, **said) -> prepared.Asked:
    """Without what is the référent's own: another one answers, prolongs, reviews."""
    rule, places = perimeter_sql(actor.rights)
    return sql.format(perimeter=rule), {"user": actor.user.pk, **said, **places}
