"""Through which of his rights somebody sees a dossier, and how far (DOS-4): asked nowhere else.

A dossier lies at presences. A board (`TABLEAUX`) that a habilitation holds there shows it, in the board's
mode, which caps what the same habilitation gives on each volet. Of several ways the furthest counts.
`of` says it of one dossier; `dossiers.perimetres` says the same of a list, in SQL (docs/adr/0034).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from annuaire.models import COLUMNS, AtLieu, Lieu
from dossiers.models.presences import NIVEAUX, LienMedecin, Presence, Role
from dossiers.natures import NATURES, Kind, Nature
from viatraj.core.actor import Actor, Grant, Rights
from viatraj.core.droits import Droit, Mode, Niveau
from viatraj.core.kept import kept

ANYWHERE = (Niveau.NATIONAL, Niveau.REGION, Niveau.COORDINATION, Niveau.ETABLISSEMENT)


@dataclass(frozen=True)
class Tableau:
    """The board that shows what lies there at one title, and the levels from which it is reached."""

    droit: Droit
    niveaux: tuple[Niveau, ...]
    is_received: bool = False

    def asks(self, nature: Nature) -> Droit:
        return nature.recu if self.is_received else nature.droit


SPACE = Tableau(Droit.DOSSIER_LISTE, (Niveau.MEDECIN,))
TABLEAUX = {
    Role.DEMANDEUR: Tableau(
        Droit.TABLEAU_DEMANDEUR, (Niveau.NATIONAL, Niveau.COORDINATION, Niveau.ETABLISSEMENT, Niveau.UNITE)
    ),
    Role.MEDECIN: SPACE,
    Role.TRAITANT: SPACE,
    Role.RECEVEUR: Tableau(Droit.TABLEAU_RECEVEUR, (*ANYWHERE, Niveau.GUICHET, Niveau.UNITE), True),
    Role.REGULATEUR: Tableau(Droit.TABLEAU_REGULATEUR, ANYWHERE, True),
}
# Of a board: how the whole dossier is seen, and the most that a volet is seen then.
MODES = {
    Mode.OUI: (Mode.LECTURE, None),  # a médecin's list: each volet has its own right
    Mode.ANONYME: (Mode.ANONYME, Mode.ANONYME),
    Mode.LECTURE: (Mode.LECTURE, Mode.LECTURE),
    Mode.REPONDRE: (Mode.REPONDRE, Mode.LECTURE),
    Mode.ECRITURE: (Mode.ECRITURE, None),
}
# A board in écriture «peut renseigner le volet administratif», whatever its own right says.
GIVEN_BY_WRITING = {Droit.VOLET_ADMINISTRATIF: Mode.ECRITURE}
OF_THE_WHOLE = (Mode.ANONYME, Mode.LECTURE, Mode.REPONDRE, Mode.ECRITURE)  # weakest first
OF_A_VOLET = Droit.VOLET_MEDICAL.modes
# What a médecin traitant writes in a dossier that somebody else has made.
WRITTEN_BY_TRAITANT = (Kind.MEDICAL, Kind.AUTONOMIE)


@dataclass(frozen=True)
class Voie:
    """One way to a dossier: where it lies, and what one habilitation, or one space, gives there.

    `held`: each right with its furthest mode, as it is held; `volets`: by kind, as the board caps them.
    """

    presence: Presence
    board: Grant
    held: dict[str, Mode]
    mode: Mode
    volets: dict[str, Mode] = field(default_factory=dict)

    @property
    def role(self) -> str:
        return self.presence.role

    def used_by(self, actor: Actor) -> Actor:
        """The actor with the habilitation, the quality and the place by which he acts (docs/adr/0016)."""
        return actor.by(self.board.source)


@dataclass(frozen=True)
class Regard:
    """All ways of one actor to one dossier, the nearest first; false when there is none."""

    voies: tuple[Voie, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.voies)

    @property
    def mode(self) -> Mode | None:
        return max((voie.mode for voie in self.voies), key=OF_THE_WHOLE.index, default=None)

    @property
    def is_nominatif(self) -> bool:
        """Who the patient is may be said."""
        return self.mode not in (None, Mode.ANONYME)

    @property
    def is_answered(self) -> bool:
        """Nobody reads a volet, nor what others did, of a patient whom he has not said to be his."""
        return any(_is_open(voie.presence) for voie in self.voies)

    @property
    def as_traitant(self) -> Voie | None:
        """By the number that is asked, where somebody is known by two and has declined by one."""
        ways = [voie for voie in self.voies if voie.role == Role.TRAITANT]
        declined = LienMedecin.Etat.HORS_PATIENTELE
        return min(ways, key=lambda voie: voie.presence.lien == declined, default=None)

    def volet(self, kind: str) -> Mode | None:
        modes = [voie.volets[kind] for voie in self.voies if kind in voie.volets]
        return max(modes, key=OF_A_VOLET.index, default=None)

    def through(self, kind: str, mode: Mode) -> Voie | None:
        """The nearest way that opens a volet in at least this mode."""
        enough = OF_A_VOLET[OF_A_VOLET.index(mode) :]
        return next((voie for voie in self.voies if voie.volets.get(kind) in enough), None)

    def holding(self, droit: Droit, *roles: Role) -> Voie | None:
        """The nearest way that gives another right of the dossier as well: sending, accepting, adding."""
        return next((one for one in self.voies if droit in one.held and one.role in roles), None)


def asked_by(voie: Voie, kind: str) -> Droit:
    """The right that a volet asks of who comes this way."""
    return TABLEAUX[Role(voie.role)].asks(NATURES[Kind(kind)])


def of(actor: Actor, dossier) -> Regard:
    """Worked out once a row and rights: a page asks often, an action asks of the row that it has locked."""
    if not actor.rights:
        return Regard()
    known = presences(dossier)
    regard = known.regards.get(actor.rights)
    if regard is None:
        voies = [voie for presence in known for voie in _voies(actor, presence)]
        regard = known.regards[actor.rights] = Regard(tuple(sorted(voies, key=_nearness)))
    return regard


def at(actor: Actor, role: Role, lain: AtLieu, *, orientation: str) -> Regard:
    """As if a dossier lay where this row does: of what lies there no more, or not yet."""
    columns = {f"{name}_id": getattr(lain, f"{name}_id") for name in COLUMNS}
    there = Presence(role=role, niveau=lain.niveau, orientation=orientation, **columns)
    return Regard(tuple(sorted(_voies(actor, there), key=_nearness)))


class Presences(list):
    """Of one dossier, each with its place; and what `of` has made of them."""

    def __init__(self, found):
        super().__init__(found)
        self.regards: dict[Rights, Regard] = {}


def presences(dossier) -> Presences:
    """Read once for a row that was read, as long as Django keeps what it has read beside it."""
    at_hand = dossier.__dict__.setdefault("_prefetched_objects_cache", {})
    if "where" not in at_hand:
        at_hand["where"] = Presences(_presences(dossier=dossier.pk))
    return at_hand["where"]


@kept
def _presences(*, dossier):
    return Presence.objects.filter(dossier=dossier).with_comptes().with_lieu().order_by("pk")


def _nearness(voie: Voie) -> tuple[int, int, int]:
    niveau, source = Niveau(voie.board.niveau), voie.board.source
    return -list(Niveau).index(niveau), source.habilitation_id if source else 0, voie.presence.pk or 0


def _voies(actor: Actor, presence: Presence) -> Iterator[Voie]:
    """One a habilitation: what it gives there, together."""
    by_habilitation: dict[int | None, list[Grant]] = {}
    for grant in actor.rights.grants:
        if _reaches(grant, presence):
            key = grant.source.habilitation_id if grant.source else None
            by_habilitation.setdefault(key, []).append(grant)
    for grants in by_habilitation.values():
        if voie := _voie(presence, grants):
            yield voie


def _reaches(grant: Grant, presence: Presence) -> bool:
    if grant.domaine not in ("", presence.module):
        return False
    if grant.niveau not in TABLEAUX[Role(presence.role)].niveaux:
        return False
    if is_of_a_coordination(grant.niveau, presence.role) and presence.niveau != Niveau.COORDINATION:
        return False
    return grant.reaches(presence.place)


def is_of_a_coordination(niveau: str, role: str) -> bool:
    """Who accompanies people for a coordination sees what it asks itself, nothing of its structures."""
    return niveau == Niveau.COORDINATION and role == Role.DEMANDEUR


def _voie(presence: Presence, grants: list[Grant]) -> Voie | None:
    tableau = TABLEAUX[Role(presence.role)]
    boards = [one for one in grants if one.droit == tableau.droit and one.mode in tableau.droit.modes]
    if not boards:
        return None
    board = max(boards, key=lambda one: tableau.droit.modes.index(Mode(one.mode)))
    held = _furthest(grants)
    mode, cap = MODES[Mode(board.mode)]
    given = held | GIVEN_BY_WRITING if _writes(board, held) else held
    volets: dict[str, Mode] = {}
    for kind, nature in NATURES.items():
        seen = given.get(tableau.asks(nature))
        if seen and presence.orientation in nature.orientations and _is_open(presence):
            volets[kind.value] = _least(seen, _of_traitant(kind) if presence.role == Role.TRAITANT else cap)
    return Voie(presence, board, held, mode, volets)


def _furthest(grants: list[Grant]) -> dict[str, Mode]:
    """Each right with its strongest mode; a mode that is none of its own gives nothing."""
    held: dict[str, Mode] = {}
    for grant in grants:
        modes = Droit(grant.droit).modes
        known = [mode for mode in (held.get(grant.droit), grant.mode) if mode in modes]
        if known:
            held[grant.droit] = Mode(max(known, key=modes.index))
    return held


def _writes(board: Grant, held: dict[str, Mode]) -> bool:
    """Unless a right of its own goes further than writing already."""
    return board.mode == Mode.ECRITURE and held.get(Droit.VOLET_ADMINISTRATIF) != Mode.VALIDATION


def _is_open(presence: Presence) -> bool:
    """A médecin traitant sees no volet before he has said that the patient is his."""
    return presence.role != Role.TRAITANT or presence.lien == LienMedecin.Etat.ACCEPTE


def _of_traitant(kind: Kind) -> Mode | None:
    return None if kind in WRITTEN_BY_TRAITANT else Mode.LECTURE


def _least(mode: Mode, cap: Mode | None) -> Mode:
    return min(mode, cap, key=OF_A_VOLET.index) if cap else mode


def asking(actor: Actor, orientation: str = "") -> list[Grant]:
    """Where he may ask for somebody: a board in écriture, of a habilitation that creates as well.

    To create is to write who the patient is. One grant for each place.
    """
    creating = {
        (one.source, one.domaine, one.niveau, one.lieu_id)
        for one in actor.rights.giving(Droit.DOSSIER_CREATION, mode=Mode.OUI, domaine=orientation)
    }
    boards = actor.rights.giving(Droit.TABLEAU_DEMANDEUR, mode=Mode.ECRITURE, domaine=orientation)
    return [one for one in boards if (one.source, one.domaine, one.niveau, one.lieu_id) in creating]


def asks_at(actor: Actor, orientation: str, lieu: Lieu) -> Grant | None:
    """The nearest right to ask from a unit, an établissement, or a coordination."""
    if lieu.niveau not in NIVEAUX[Role.DEMANDEUR]:
        return None
    there = Presence(role=Role.DEMANDEUR, niveau=lieu.niveau, orientation=orientation, **lieu.columns)
    found = [grant for grant in asking(actor, orientation) if _reaches(grant, there)]
    return max(found, key=lambda grant: list(Niveau).index(Niveau(grant.niveau)), default=None)


def boards(actor: Actor) -> list[tuple[Role, Mode, Mode]]:
    """What may be seen at what title: the board's mode, and that of the whole."""
    held = {(grant.droit, grant.mode) for grant in actor.rights.grants}
    return [
        (role, mode, MODES[mode][0])
        for role, tableau in TABLEAUX.items()
        for mode in tableau.droit.modes
        if (tableau.droit, mode) in held
    ]


def wholes(actor: Actor) -> set[Mode]:
    """The modes in which this actor may see a whole dossier; which one, `perimetres` says of each row."""
    return {whole for _, _, whole in boards(actor)}
