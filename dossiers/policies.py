"""Who may see, open, read and write dossiers: `dossiers.regards` in sentences (DOS-4, DEL-7).

Those that let somebody act on a dossier return the actor with the right that he uses (docs/adr/0016).
"""

from annuaire.models import Lieu
from dossiers import regards
from dossiers.models import Decision, Dossier, PieceJointe, Presence, Role, Volet
from dossiers.natures import of_orientation
from dossiers.regards import Regard, Voie
from viatraj.core.actor import Actor, Place
from viatraj.core.droits import ABSENT, Droit, Mode, Niveau, Orientation
from viatraj.core.policies import Denied, can, system

LABELS = dict(Orientation.choices)
# Of those who ask, and of the médecin in whose space it is: the others read, and answer.
ASKING = (Role.MEDECIN, Role.DEMANDEUR)


def index(actor: Actor, orientation: str = "") -> None:
    """The lists and searches of one's space, or of one's structures: in one orientation, or in any."""
    boards = {tableau.droit for tableau in regards.TABLEAUX.values()}
    if not any(_holds(actor, droit, orientation) for droit in boards):
        raise Denied(_reason(actor, Droit.DOSSIER_LISTE, Mode.OUI, orientation))


def search(actor: Actor) -> None:
    """By a patient's name: whoever may know one."""
    index(actor)
    if regards.wholes(actor) == {Mode.ANONYME}:
        raise Denied("Vous consultez ces dossiers en mode anonyme\u00a0: recherchez-les par leur numéro.")


def create(actor: Actor, orientation: str = "", lieu: Lieu | None = None) -> Actor:
    """In one orientation, or in any; in a médecin's space, or asked by a unit or a coordination."""
    if actor.in_medecin_space or not regards.asking(actor):
        _hold(actor, Droit.DOSSIER_CREATION, _space(actor), orientation)
        return actor
    if not regards.asking(actor, orientation):
        raise Denied(_reason(actor, Droit.DOSSIER_CREATION, Mode.OUI, orientation))
    return actor if lieu is None else _create_at(actor, orientation, lieu)


def _create_at(actor: Actor, orientation: str, lieu: Lieu) -> Actor:
    grant = regards.asks_at(actor, orientation, lieu)
    if grant is None:
        raise Denied(f"Vous ne pouvez pas créer ce dossier pour la structure «\u00a0{lieu}\u00a0».")
    return actor.by(grant.source)


def receive_paper(actor: Actor, lieu: Lieu) -> Actor:
    """Where it was brought: a unit that receives dossiers of Grand Âge. He writes who the patient is."""
    there = Presence(role=Role.RECEVEUR, niveau=lieu.niveau, **lieu.columns)
    ways = regards.at(actor, Role.RECEVEUR, there, orientation=Orientation.GRAND_AGE).voies
    held = (one for one in ways if Droit.PAPIER in one.held and one.mode != Mode.ANONYME)
    voie = next(held, None) if lieu.niveau == Niveau.UNITE else None
    if voie is None:
        raise Denied(
            f"Vous ne pouvez pas enregistrer de dossier papier pour la structure «\u00a0{lieu}\u00a0»."
        )
    return voie.used_by(actor)


def read(actor: Actor, dossier: Dossier) -> Actor:
    """In whatever mode: `regards.of` says what of it."""
    return _first(actor, dossier, regards.of(actor, dossier)).used_by(actor)


def seek_doublons(actor: Actor) -> None:
    """Whoever may know who a patient is, of some dossier; not asked in mode anonyme."""
    for tableau in regards.TABLEAUX.values():
        named = [mode for mode in tableau.droit.modes if mode != Mode.ANONYME]
        if any(actor.rights.giving(tableau.droit, mode=named[0])):
            return
    raise Denied(_reason(actor, Droit.DOSSIER_LISTE, Mode.OUI, ""))


def look_inside(actor: Actor, dossier: Dossier) -> None:
    """Its volets and its history: not before a médecin traitant has said that the patient is his."""
    read(actor, dossier)
    if not regards.of(actor, dossier).is_answered:
        raise Denied("Acceptez d’abord le dossier\u00a0: son contenu s’ouvrira ensuite.")


def print_dossier(actor: Actor, dossier: Dossier) -> Actor:
    """What the mode lets be seen, volet by volet; in mode anonyme too."""
    look_inside(actor, dossier)
    return read(actor, dossier)


def download(actor: Actor, dossier: Dossier) -> Actor:
    """The national form of Grand Âge, which names the person: never in mode anonyme (docs/adr/0051)."""
    if dossier.orientation != Orientation.GRAND_AGE:
        raise Denied("La demande d’admission en PDF n’existe que pour un dossier d’hébergement.")
    look_inside(actor, dossier)
    regard = regards.of(actor, dossier)
    if not regard.is_nominatif:
        raise Denied("La demande d’admission nomme le patient\u00a0: elle ne s’imprime pas en mode anonyme.")
    voies = [regard.through(kind, Mode.LECTURE) for kind in of_orientation(dossier.orientation)]
    if not any(voies):
        raise Denied("Vous ne pouvez lire aucun des volets de ce dossier.")
    return read(actor, dossier)


def edit_identite(actor: Actor, dossier: Dossier) -> Actor:
    """Who writes the volet administratif."""
    return _open(actor, dossier, Volet.Kind.ADMINISTRATIF, Mode.ECRITURE)


def read_volet(actor: Actor, volet: Volet, mode: Mode = Mode.LECTURE) -> Actor:
    return _open(actor, volet.dossier, volet.kind, mode)


def edit_volet(actor: Actor, volet: Volet) -> Actor:
    return _open(actor, volet.dossier, volet.kind, Mode.ECRITURE)


def validate_volet(actor: Actor, volet: Volet) -> Actor:
    """Never lent to an assistant (DEL-7)."""
    return _open(actor, volet.dossier, volet.kind, Mode.VALIDATION)


def read_piece(actor: Actor, dossier: Dossier, kind: str) -> Actor:
    """A pièce of a volet: by who reads the volet, never in mode anonyme (names stand in files)."""
    return _open(actor, dossier, kind, Mode.LECTURE)


def add_piece(actor: Actor, dossier: Dossier, kind: str) -> Actor:
    """Or hide one: by who writes the volet, and where the profile says so, adds pièces."""
    voie = _way(actor, dossier, kind, Mode.ECRITURE)
    said = voie.role == Role.DEMANDEUR and dossier.orientation == Orientation.SANITAIRE
    if said and Droit.PIECES not in voie.held:
        raise Denied(_reason(actor, Droit.PIECES, Mode.OUI, dossier.orientation))
    _still_open(dossier)
    return voie.used_by(actor)


def add_pieces(actor: Actor, dossier: Dossier) -> None:
    """To one volet or another."""
    kinds = of_orientation(dossier.orientation)
    if not any(can(add_piece, actor, dossier, kind) for kind in kinds):
        add_piece(actor, dossier, kinds[0])


def open_piece(actor: Actor, piece: PieceJointe) -> Actor:
    """Once taken away, or without a good verdict, by nobody."""
    by = read_piece(actor, piece.volet.dossier, piece.volet.kind)
    if piece.hidden_at or not piece.is_accepted:
        raise Denied("Cette pièce ne peut pas être ouverte.")
    return by


def hide_piece(actor: Actor, piece: PieceJointe) -> Actor:
    return add_piece(actor, piece.volet.dossier, piece.volet.kind)


def send(actor: Actor, dossier: Dossier) -> Actor:
    """To those who may receive it; not the médecin traitant of what he has not made."""
    regard = regards.of(actor, dossier)
    _first(actor, dossier, regard)
    voie = regard.holding(Droit.DEMANDE, Role.MEDECIN) or regard.holding(Droit.ENVOI, Role.DEMANDEUR)
    if voie is None:
        droit = Droit.DEMANDE if actor.in_medecin_space else Droit.ENVOI
        raise Denied(_reason(actor, droit, Mode.OUI, dossier.orientation))
    _still_open(dossier)
    return voie.used_by(actor)


def name_traitant(actor: Actor, dossier: Dossier) -> Actor:
    """Who writes the volet administratif of his own dossier; a platform of the TND asks for no médecin."""
    if (dossier.orientation, Droit.DOSSIER_ACCEPTATION) in ABSENT:
        raise Denied("Un dossier de cette orientation ne désigne pas de médecin traitant.")
    return edit_identite(actor, dossier)


def answer(actor: Actor, dossier: Dossier) -> tuple[Actor, Presence]:
    """The médecin whom it names, or who holds «Accepter un dossier» for him; with where it lies there."""
    voie = regards.of(actor, dossier).as_traitant
    if voie is None:
        if actor.is_acting:
            raise Denied(f"Ce dossier ne désigne pas le {actor.principal.titre} comme médecin traitant.")
        raise Denied("Ce dossier ne vous désigne pas comme médecin traitant.")
    if Droit.DOSSIER_ACCEPTATION not in voie.held:
        raise Denied(_reason(actor, Droit.DOSSIER_ACCEPTATION, Mode.OUI, dossier.orientation))
    return voie.used_by(actor), voie.presence


def accept_all(actor: Actor) -> None:
    """In some orientation; of each dossier, `answer` decides."""
    _hold(actor, Droit.DOSSIER_ACCEPTATION, _space(actor), "")


def decide(actor: Actor, dossier: Dossier) -> Actor:
    """Who asks, and writes the volet administratif: what becomes of the dossier, unless it is archived."""
    if dossier.decision == Decision.ARCHIVE:
        raise Denied("Ce dossier est archivé.")
    voie = _way(actor, dossier, Volet.Kind.ADMINISTRATIF, Mode.ECRITURE)
    if voie.role not in ASKING:
        raise Denied("Seul l’auteur du dossier décide de ce qu’il devient.")
    return voie.used_by(actor)


def suspend(actor: Actor, dossier: Dossier) -> Actor:
    by = decide(actor, dossier)
    if dossier.orientation != Orientation.GRAND_AGE:
        raise Denied("Seul un dossier d’hébergement peut être suspendu.")
    if dossier.decision == Decision.ANNULE:
        raise Denied("Ce dossier est annulé.")
    return by


def cancel(actor: Actor, dossier: Dossier) -> Actor:
    return decide(actor, dossier)


def resume(actor: Actor, dossier: Dossier) -> Actor:
    return decide(actor, dossier)


def present(actor: Actor, dossier: Dossier, role: str) -> Actor:
    """To a receveur, by who sends; a deadline presents it to both."""
    if actor.user is None:
        system(actor)
        return actor
    if role != Role.RECEVEUR:
        raise Denied("Un dossier est signalé au régulateur à l’échéance, par le service.")
    return send(actor, dossier)


def withdraw(actor: Actor, dossier: Dossier, role: str) -> Actor:
    """Also by who answers: admitted here, it is asked of nobody else."""
    answering = regards.of(actor, dossier).holding(Droit.REPONSE, Role.RECEVEUR)
    if answering and role == Role.RECEVEUR:
        return answering.used_by(actor)
    return present(actor, dossier, role)


def _open(actor: Actor, dossier: Dossier, kind: str, mode: Mode) -> Actor:
    """Nobody writes in what is over."""
    voie = _way(actor, dossier, kind, mode)
    if mode in (Mode.ECRITURE, Mode.VALIDATION):
        _still_open(dossier)
    return voie.used_by(actor)


def _still_open(dossier: Dossier) -> None:
    if dossier.decision in (Decision.ANNULE, Decision.ARCHIVE):
        raise Denied(f"Ce dossier est {dossier.get_decision_display()}.")


def _way(actor: Actor, dossier: Dossier, kind: str, mode: Mode) -> Voie:
    """The way that opens a volet, or a refusal that names the right that is missing."""
    regard = regards.of(actor, dossier)
    voie = regard.through(kind, mode)
    if voie is None:
        first = _first(actor, dossier, regard)
        raise Denied(_reason(actor, regards.asked_by(first, kind), mode, dossier.orientation))
    return voie


def _first(actor: Actor, dossier: Dossier, regard: Regard) -> Voie:
    if not regard:
        if _holds(actor, Droit.DOSSIER_LISTE, dossier.orientation):
            owner = "du médecin pour qui vous agissez" if actor.is_acting else "de votre espace"
            raise Denied(f"Ce dossier n’est pas de ceux {owner}.")
        raise Denied(_reason(actor, Droit.DOSSIER_LISTE, Mode.OUI, dossier.orientation))
    return regard.voies[0]


def _space(actor: Actor) -> Place:
    return Place(medecin=actor.principal.pk if actor.principal else None)


def _holds(actor: Actor, droit: Droit, orientation: str = "") -> bool:
    """At whatever place."""
    return any(actor.rights.giving(droit, mode=droit.modes[0], domaine=orientation))


def _hold(actor: Actor, droit: Droit, place: Place, orientation: str, mode: Mode = Mode.OUI) -> None:
    if not actor.rights.cover(droit, place, domaine=orientation, mode=mode):
        raise Denied(_reason(actor, droit, mode, orientation))


def _reason(actor: Actor, droit: Droit, mode: Mode, orientation: str) -> str:
    if not actor.rights and not actor.is_acting:
        return (
            "Les dossiers sont réservés aux médecins libéraux, aux personnes à qui ils ont délégué leurs "
            "droits et aux professionnels habilités."
        )
    what = f"{droit.label} ({mode.label})" if droit.is_graded else droit.label
    where = f" pour l’orientation «\u00a0{LABELS[orientation]}\u00a0»" if orientation in LABELS else ""
    who = f"Le {actor.principal.titre} ne vous a pas délégué" if actor.is_acting else "Vous n’avez pas"
    return f"{who} le droit «\u00a0{what}\u00a0»{where}."
