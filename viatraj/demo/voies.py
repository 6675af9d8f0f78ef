"""The ways that invented demandes follow, walked along the table of `demandes.etats` (DOS-4).

So that what `parcours` writes of a demande, its state, its moments and its steps, agrees with the product.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from demandes import etats
from demandes.etats import A_ETUDIER, CLOS, TABLES, Acte, Cote, Etat, Verbe
from demandes.motifs import AUTRE
from viatraj.core.droits import Orientation

V = Verbe
ENVOI = (V.SELECTIONNER, V.ENVOYER)
LUE = (*ENVOI, V.CONSULTER)
PROPOSEE = (*LUE, V.ACCEPTER)
# Of each kind of demande: its ways, with how often each is taken. Some orientations know no waiting list.
VOIES: dict[str, dict[str, tuple[int, tuple[Verbe, ...]]]] = {
    "vivante": {
        "envoyee": (26, ENVOI),
        "consultee": (22, LUE),
        "etude": (20, (*LUE, V.ETUDIER)),
        "precision": (8, (*LUE, V.QUESTIONNER)),
        "attente": (12, (*LUE, V.PATIENTER)),
        "acceptee": (8, PROPOSEE),
        "confirmee": (4, (*PROPOSEE, V.CONFIRMER)),
    },
    "choisie": {"selectionnee": (1, (V.SELECTIONNER,))},
    "admise": {
        "admise": (75, (*ENVOI, V.ACCEPTER, V.ADMETTRE)),
        "admise lue": (10, (*PROPOSEE, V.ADMETTRE)),
        "admise confirmee": (15, (*PROPOSEE, V.CONFIRMER, V.ADMETTRE)),
    },
    # Beside an admission; of a dossier that ended without one; beside those that live.
    "ecartee": {
        "choisie ecartee": (45, (V.SELECTIONNER, V.ECARTER)),
        "ecartee": (25, (*ENVOI, V.ECARTER)),
        "refusee": (25, (*ENVOI, V.REFUSER)),
        "retiree": (5, (V.SELECTIONNER, V.RETIRER)),
    },
    "vaine": {
        "retiree": (40, (V.SELECTIONNER, V.RETIRER)),
        "refusee": (30, (*ENVOI, V.REFUSER)),
        "close": (15, (*ENVOI, V.CLORE)),
        "annulee": (10, (*ENVOI, V.ANNULER)),
        "declinee": (5, (*ENVOI, V.ACCEPTER, V.DECLINER)),
    },
    "refusee": {"refusee lue": (1, (*LUE, V.REFUSER))},
}
TOLD = (V.RAPPELER, V.ESCALADER)
ANSWERS = (V.QUESTIONNER, V.PATIENTER, V.ACCEPTER, V.REFUSER)
TEXTES = {V.QUESTIONNER: "Pouvez-vous préciser l’autonomie pour les transferts\u00a0?"}


@dataclass(frozen=True)
class Etape:
    verbe: Verbe
    cote: Cote
    acte: Acte
    before: str
    after: str


@dataclass(frozen=True)
class Voie:
    """One way, with so many reminders after it was sent. Ranks begin at 1; 0: never."""

    orientation: Orientation
    genre: str
    code: str
    rappels: int
    etapes: tuple[Etape, ...]

    @property
    def last(self) -> Etape:
        return self.etapes[-1]

    @property
    def motifs(self) -> list[str]:
        """Those that its last step may give, which need no text."""
        if self.last.after not in CLOS:
            return []
        acte = self.last.acte
        return [one for one in acte.motifs or () if one != AUTRE] or [acte.motif]

    @property
    def settled(self) -> int:
        """Since which step its state is."""
        return max(rang for rang, one in enumerate(self.etapes, 1) if one.before != one.after)

    def rank(self, *verbes: Verbe) -> int:
        return next((rang for rang, one in enumerate(self.etapes, 1) if one.verbe in verbes), 0)

    def row(self, number: int) -> tuple:
        after = self.last.after
        ranks = (self.rank(V.ENVOYER), self.rank(V.CONSULTER), self.rank(*ANSWERS), self.settled)
        avant = self.last.before if after in (Etat.ADMIS, Etat.AILLEURS) else ""
        named = (number, self.orientation.value, self.genre, self.code)
        return (*named, self.rappels, len(self.etapes), *ranks, after, avant, self.motifs, after in A_ETUDIER)


def ways() -> Iterator[tuple[int, Voie]]:
    """Each with its weight; those with one reminder or two are not drawn, time says them: none."""
    for orientation in Orientation:
        verbes = {verbe for verbe, _ in TABLES[orientation]}
        for genre, of in VOIES.items():
            for code, (weight, steps) in of.items():
                if verbes.issuperset(steps):
                    way = Voie(orientation, genre, code, 0, _walked(orientation, steps))
                    yield weight, way
                    yield from ((0, one) for one in _told(way, steps))


def _told(way: Voie, steps: tuple[Verbe, ...]) -> Iterator[Voie]:
    for rappels in (1, 2) if way.last.after in A_ETUDIER else ():
        told = (*ENVOI, *TOLD[:rappels], *steps[len(ENVOI) :])
        yield replace(way, rappels=rappels, etapes=_walked(way.orientation, told))


def _walked(orientation: Orientation, verbes: tuple[Verbe, ...]) -> tuple[Etape, ...]:
    found, etat = [], ""
    for verbe in verbes:
        sides = (Cote.RECEVEUR, Cote.DEMANDEUR, Cote.SYSTEME)
        known = [(cote, etats.acte(orientation, verbe, cote)) for cote in sides]
        cote, acte = next((cote, acte) for cote, acte in known if acte)
        before, etat = etat, (acte.after or etat)
        found.append(Etape(verbe, cote, acte, before, etat))
    return tuple(found)
