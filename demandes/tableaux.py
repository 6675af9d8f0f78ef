"""The dashboards, as data (DOS-4, docs/adr/0065): whose they are, what their counters count, in which order.

One declaration a dashboard. `reads.tableaux` is the engine, the same for all; nothing else names one.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from demandes.etats import A_ETUDIER, FINAUX, RECUS, VIVANTS, Cote, Etat
from demandes.impasses import SIGNALEES, Impasse
from viatraj.core.actor import Actor, Grant
from viatraj.core.droits import Domaine, Droit, Niveau, Orientation, at_least

REFUSED_DAYS = 90  # a refusal is told apart that long; then it is one of what is closed


@dataclass(frozen=True)
class Vue:
    """What one counter counts, and its link shows.

    `attend`: whoever looks at it has something to do. `tarde`: only what has waited longer than a reminder.
    `days`: only what has changed since.
    """

    code: str
    label: str
    etats: frozenset[str]
    attend: bool = False
    tarde: bool = False
    days: int = 0

    @property
    def is_closed(self) -> bool:
        """Shown by its last change, newest first; what lives, by its age."""
        return self.etats <= FINAUX

    @property
    def is_counted(self) -> bool:
        """All that was ever closed is not."""
        return not self.is_closed or bool(self.days)


def _vue(code: str, label: str, *etats: str, attend: bool = False, tarde: bool = False) -> Vue:
    return Vue(code, label, frozenset(etats), attend, tarde)


REFUSEES = Vue("refusees", "Refusées", frozenset((Etat.REFUSEE,)), days=REFUSED_DAYS)


def _demandeur() -> tuple[Vue, ...]:
    mine = (Etat.SELECTIONNEE, Etat.PRECISION, Etat.ACCEPTEE)
    return (
        _vue("a-traiter", "À traiter", *mine, attend=True),
        _vue("precision", "Précision demandée", Etat.PRECISION, attend=True),
        _vue("a-confirmer", "À confirmer", Etat.ACCEPTEE, attend=True),
        _vue("a-envoyer", "À envoyer", Etat.SELECTIONNEE, attend=True),
        _vue("sans-reponse", "Sans réponse", *A_ETUDIER, tarde=True),
        _vue("en-attente", "Chez le receveur", *A_ETUDIER, Etat.ATTENTE),
        _vue("confirmees", "Confirmées", Etat.CONFIRMEE),
        REFUSEES,
        _vue("closes", "Closes", *FINAUX),
    )


def _receveur(*, listes: bool = False) -> tuple[Vue, ...]:
    """`listes`: this orientation knows waiting lists."""
    mine = (*A_ETUDIER, Etat.CONFIRMEE)
    attente = (_vue("liste-attente", "Sur liste d’attente", Etat.ATTENTE),) if listes else ()
    return (
        _vue("a-traiter", "À traiter", *mine, attend=True),
        _vue("non-lues", "Non lues", Etat.ENVOYEE, attend=True),
        _vue("sans-reponse", "Sans réponse", *A_ETUDIER, attend=True, tarde=True),
        _vue("precision", "Précision demandée", Etat.PRECISION),
        *attente,
        _vue("a-confirmer", "À confirmer par le demandeur", Etat.ACCEPTEE),
        _vue("confirmees", "Confirmées", Etat.CONFIRMEE, attend=True),
        REFUSEES,
        _vue("closes", "Closes", *FINAUX),
    )


GUICHET = (
    _vue("a-repartir", "À répartir", *A_ETUDIER, attend=True),
    _vue("non-lues", "Non lues", Etat.ENVOYEE, attend=True),
    _vue("sans-reponse", "Sans réponse", *A_ETUDIER, attend=True, tarde=True),
    _vue("precision", "Précision demandée", Etat.PRECISION),
    REFUSEES,
    _vue("closes", "Closes", *FINAUX),
)
# Of dossiers, not of demandes.
SANS_SOLUTION = (
    _vue("sans-solution", "Sans solution", *SIGNALEES, attend=True),
    _vue("refusees", "Toutes refusées", Impasse.REFUS, attend=True),
    _vue("delai", "Délai dépassé", Impasse.DELAI, attend=True),
)
AT_PLACES = (Niveau.COORDINATION, Niveau.ETABLISSEMENT, Niveau.UNITE)


@dataclass(frozen=True)
class Tableau:
    """A right held at one of some levels, in some orientations.

    `cote`: which place of a demande it is of; None where it shows dossiers without a solution.
    """

    code: str
    label: str
    droit: Droit
    cote: Cote | None
    vues: tuple[Vue, ...]
    orientations: tuple[Orientation, ...]
    niveaux: tuple[Niveau, ...] = AT_PLACES
    module: str = ""

    @property
    def modules(self) -> tuple[str, ...]:
        """By whose rights it is held: those of its orientations, or of one module that is none."""
        return (self.module,) if self.module else self.orientations

    @property
    def is_received(self) -> bool:
        return self.cote not in (Cote.DEMANDEUR, None)

    @property
    def is_regulated(self) -> bool:
        return self.cote is None

    @property
    def takes_paper(self) -> bool:
        """Its demandes may also come on paper."""
        return self.cote == Cote.RECEVEUR and Orientation.GRAND_AGE in self.orientations

    @property
    def etats(self) -> frozenset[str]:
        """All that lives of it: what its counters walk."""
        if self.is_regulated:
            return frozenset(SIGNALEES)
        return RECUS if self.is_received else VIVANTS

    def grants(self, actor: Actor, *, mode: str = "") -> Iterator[Grant]:
        """The rights that show it, in at least this mode."""
        for one in actor.rights.giving(self.droit, mode=mode or self.droit.modes[0]):
            if one.niveau in self.niveaux and one.domaine in ("", *self.modules):
                yield one

    def vue(self, code: str) -> Vue:
        """The one of an address; the first, what awaits me, when it says none of these."""
        return next((one for one in self.vues if one.code == code), self.vues[0])


def _asking(code: str, label: str, orientation: Orientation) -> Tableau:
    return Tableau(code, label, Droit.TABLEAU_DEMANDEUR, Cote.DEMANDEUR, _demandeur(), (orientation,))


def _receiving(code: str, label: str, orientation: Orientation, *, listes: bool = False) -> Tableau:
    vues = _receveur(listes=listes)
    return Tableau(code, label, Droit.TABLEAU_RECEVEUR, Cote.RECEVEUR, vues, (orientation,))


EVERY = tuple(Orientation)
# In the order of menus.
TABLEAUX: dict[str, Tableau] = {
    one.code: one
    for one in (
        Tableau(
            "medecin",
            "Demandes d’admission",
            Droit.DOSSIER_LISTE,
            Cote.DEMANDEUR,
            _demandeur(),
            EVERY,
            (Niveau.MEDECIN,),
        ),
        _asking("prescripteur", "Prescripteur sanitaire", Orientation.SANITAIRE),
        _asking("redacteur", "Rédacteur EHPAD et USLD", Orientation.GRAND_AGE),
        _asking("prescripteur-tnd", "Prescripteur TND", Orientation.TND),
        _receiving("receveur", "Receveur sanitaire", Orientation.SANITAIRE),
        _receiving("receveur-ehpad", "Receveur EHPAD et USLD", Orientation.GRAND_AGE, listes=True),
        _receiving("pco", "Plateforme TND", Orientation.TND),
        Tableau(
            "prado",
            "CPAM – PRADO",
            Droit.TABLEAU_RECEVEUR,
            Cote.RECEVEUR,
            _receveur(),
            (Orientation.SANITAIRE,),
            (Niveau.COORDINATION,),
            Domaine.CPAM,
        ),
        Tableau(
            "guichet",
            "Guichet d’admission",
            Droit.TABLEAU_RECEVEUR,
            Cote.GUICHET,
            GUICHET,
            EVERY,
            (Niveau.GUICHET,),
        ),
        Tableau(
            "regulateur",
            "Demandes sans solution",
            Droit.TABLEAU_REGULATEUR,
            None,
            SANS_SOLUTION,
            (Orientation.SANITAIRE, Orientation.GRAND_AGE),
            (Niveau.COORDINATION, Niveau.ETABLISSEMENT),
        ),
    )
}


BOARDS = {one.droit: at_least(one.droit, one.droit.modes[0]) for one in TABLEAUX.values()}


def held(actor: Actor) -> list[Tableau]:
    """Asked by every page: one walk of the rights, which may be thousands."""
    known = {
        (one.droit, one.niveau, one.domaine)
        for one in actor.rights.grants
        if one.mode in BOARDS.get(one.droit, ())
    }
    return [
        one
        for one in TABLEAUX.values()
        if any((one.droit, niveau, of) in known for niveau in one.niveaux for of in ("", *one.modules))
    ]
