"""The views that a person has kept of his dashboards, and whether his rights still show them (DOS-4)."""

from demandes.handicap.suivis import SUIVIS, suivis
from demandes.models import VueEnregistree
from demandes.reads.tableaux import lieux
from demandes.reads.tableaux.pages import Choix
from demandes.tableaux import TABLEAUX, held
from viatraj.core.actor import Actor


def mine(actor: Actor, tableau: str = "") -> list[VueEnregistree]:
    return list(VueEnregistree.objects.of(actor.user.pk, tableau)) if actor.user else []


def choix(row: VueEnregistree) -> Choix:
    return Choix.of({name: getattr(row, name) for name in ("vue", "qui", "orientation", "tri")})


def board_label(row: VueEnregistree) -> str:
    board = (TABLEAUX | SUIVIS).get(row.tableau)
    return board.label if board else ""


def refusal(row: VueEnregistree, actor: Actor) -> str:
    """Why it can be shown no more; empty when it can."""
    tableau, suivi = TABLEAUX.get(row.tableau), SUIVIS.get(row.tableau)
    if suivi in suivis(actor):
        return ""
    if tableau is None or tableau not in held(actor):
        return "Vos droits n’ouvrent plus le tableau de bord de cette vue."
    chosen = choix(row)
    if not lieux.voies(tableau, actor, orientation=chosen.orientation):
        return "Vos droits n’ouvrent plus l’orientation de cette vue."
    if not lieux.voies(tableau, actor, orientation=chosen.orientation, unite=chosen.unite):
        return "Vos droits ne couvrent plus l’unité de cette vue."
    return ""
