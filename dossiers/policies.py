"""Who may see, open, read and write dossiers: one rule, held on a médecin's space (DOS-4, DEL-7)."""

from dossiers.models import Dossier, Volet
from viatraj.core.actor import Actor, Place
from viatraj.core.droits import Droit, Mode, Orientation
from viatraj.core.policies import Denied

LABELS = dict(Orientation.choices)


def index(actor: Actor, orientation: str = "") -> None:
    """The lists and searches of one's space: in one orientation, or in any."""
    _hold(actor, Droit.DOSSIER_LISTE, _space(actor), orientation)


def create(actor: Actor, orientation: str = "") -> None:
    """In one orientation, or in any."""
    _hold(actor, Droit.DOSSIER_CREATION, _space(actor), orientation)


def read(actor: Actor, dossier: Dossier) -> None:
    _hold(actor, Droit.DOSSIER_LISTE, dossier.place, dossier.orientation)


def edit_identite(actor: Actor, dossier: Dossier) -> None:
    """Who writes the volet administratif."""
    read(actor, dossier)
    _hold(actor, Droit.VOLET_ADMINISTRATIF, dossier.place, dossier.orientation, Mode.ECRITURE)


def read_volet(actor: Actor, volet: Volet) -> None:
    read(actor, volet.dossier)
    _hold(actor, volet.droit, volet.dossier.place, volet.dossier.orientation, Mode.LECTURE)


def edit_volet(actor: Actor, volet: Volet) -> None:
    read(actor, volet.dossier)
    _hold(actor, volet.droit, volet.dossier.place, volet.dossier.orientation, Mode.ECRITURE)


def validate_volet(actor: Actor, volet: Volet) -> None:
    """Never lent to an assistant (DEL-7)."""
    read(actor, volet.dossier)
    _hold(actor, volet.droit, volet.dossier.place, volet.dossier.orientation, Mode.VALIDATION)


def _space(actor: Actor) -> Place:
    return Place(medecin=actor.principal.pk if actor.principal else None)


def _hold(actor: Actor, droit: Droit, place: Place, orientation: str, mode: Mode = Mode.OUI) -> None:
    if not actor.rights.cover(droit, place, domaine=orientation, mode=mode):
        raise Denied(_reason(actor, droit, place, orientation, mode))


def _reason(actor: Actor, droit: Droit, place: Place, orientation: str, mode: Mode) -> str:
    if not actor.rights and not actor.is_acting:
        return (
            "Les dossiers de cet espace sont réservés aux médecins libéraux et aux personnes "
            "à qui ils ont délégué leurs droits."
        )
    if place != _space(actor):
        owner = "du médecin pour qui vous agissez" if actor.is_acting else "de votre espace"
        return f"Ce dossier n’est pas de ceux {owner}."
    what = f"{droit.label} ({mode.label})" if droit.is_graded else droit.label
    where = f" pour l’orientation «\u00a0{LABELS[orientation]}\u00a0»" if orientation in LABELS else ""
    who = f"Le {actor.principal.titre} ne vous a pas délégué" if actor.is_acting else "Vous n’avez pas"
    return f"{who} le droit «\u00a0{what}\u00a0»{where}."
