"""The two boards of notifications, as data: of the MDPH that notifies, of the ESMS that is notified (DOS-4).

Each has vues as `demandes.tableaux` has them; a row is known by its key, the oldest first while it lives.
"""

from dataclasses import dataclass

from demandes.handicap.statuts import ENTREES, FINAUX, LISTES, NON_LUES, RECUES, Cote, Statut
from viatraj.core.actor import Actor
from viatraj.core.droits import Domaine, Droit, Mode, Niveau


@dataclass(frozen=True)
class Vue:
    """What one counter counts. `attend`: whoever looks at it has something to do."""

    code: str
    label: str
    statuts: frozenset[Statut]
    attend: bool = False

    @property
    def is_closed(self) -> bool:
        return self.statuts <= FINAUX


@dataclass(frozen=True)
class Suivi:
    code: str
    label: str
    cote: Cote
    niveaux: tuple[Niveau, ...]
    vues: tuple[Vue, ...]

    def vue(self, code: str) -> Vue:
        """The one of an address; the first, what awaits me, when it says none of these."""
        return next((one for one in self.vues if one.code == code), self.vues[0])


S = Statut
CLOSES = Vue("closes", "Closes", FINAUX)
MDPH = Suivi(
    "mdph",
    "Notifications de la MDPH",
    Cote.MDPH,
    (Niveau.COORDINATION,),
    (
        Vue("a-traiter", "À traiter", frozenset((S.IMPOSSIBLE, S.REORIENTATION)), attend=True),
        Vue("impossibles", "Admissions impossibles", frozenset((S.IMPOSSIBLE,)), attend=True),
        Vue("reorientations", "Réorientations demandées", frozenset((S.REORIENTATION,)), attend=True),
        Vue("non-lues", "Non lues par l’ESMS", NON_LUES),
        Vue("en-cours", "Chez l’ESMS", RECUES - NON_LUES | LISTES | {S.ESSAI, S.NON_CONCLUANT}),
        Vue("entres", "Usagers entrés", ENTREES),
        CLOSES,
    ),
)
ESMS = Suivi(
    "esms",
    "Gérer les notifications reçues",
    Cote.ESMS,
    (Niveau.ETABLISSEMENT, Niveau.UNITE),
    (
        Vue("a-traiter", "À traiter", RECUES | {S.NON_CONCLUANT}, attend=True),
        Vue("non-lues", "Non lues", NON_LUES, attend=True),
        Vue("liste-attente", "Sur liste d’attente", LISTES),
        Vue("essai", "En période d’essai", frozenset((S.ESSAI,))),
        Vue("impossibles", "Admissions impossibles signalées", frozenset((S.IMPOSSIBLE,))),
        Vue("entres", "Usagers entrés", ENTREES),
        CLOSES,
    ),
)
SUIVIS = {one.code: one for one in (MDPH, ESMS)}


def suivis(actor: Actor) -> list[Suivi]:
    """Those that somebody holds, in the order of menus."""
    held = actor.rights.scopes(Droit.NOTIFICATIONS, mode=Mode.LECTURE, domaine=Domaine.HANDICAP)
    return [one for one in SUIVIS.values() if any(niveau in held for niveau in one.niveaux)]
