from annuaire.models import Lieu
from viatraj.core.actor import Actor, Place
from viatraj.core.droits import Droit, Mode, Niveau
from viatraj.core.policies import Denied, system

SHEETS = {Niveau.ETABLISSEMENT: Droit.STRUCTURE, Niveau.UNITE: Droit.UNITE}


def import_rpps(actor):
    """What an operator's command does; nobody by a page."""
    system(actor)


def feed(actor):
    """What comes from FINESS or from the ROR."""
    system(actor)


def load_territoire(actor):
    """The COG of a year, and what follows from it: an operator's command."""
    system(actor)


def follow(actor: Actor) -> None:
    """A whole territory: coordinations and those above them, in their own name (ANN-8)."""
    if actor.is_acting:
        raise Denied("Revenez à votre compte pour suivre un territoire.")
    wide = {Niveau.COORDINATION, Niveau.REGION, Niveau.NATIONAL}
    if not wide & actor.rights.scopes(Droit.DEPLOIEMENT).keys():
        raise Denied("Cette page est réservée aux coordinations.")


def open_structure(actor):
    """Structures come from the ROR, or from the exploitation; their sheets are another matter."""
    system(actor)


def move(actor):
    """To another place of the directory, with all that lies there."""
    system(actor)


def refer(actor):
    if actor.user is None and actor.system_name in ("", "anonymous"):
        raise Denied("Connectez-vous pour choisir un professionnel dans l’annuaire.")


def fiches(actor: Actor) -> None:
    """The pages «Établissements»: whoever updates a sheet, in his own name (ANN-3)."""
    if actor.is_acting:
        raise Denied("Revenez à votre compte pour ouvrir les fiches de l’annuaire.")
    if not (actor.rights.scopes(Droit.STRUCTURE) or actor.rights.scopes(Droit.UNITE)):
        raise Denied("Cette page est réservée aux référents.")


def open_fiche(structure) -> None:
    """What is closed, itself or its établissement, keeps its sheet as it was."""
    if Lieu.of(structure).is_closed:
        raise Denied("Cette structure est fermée\u00a0: sa fiche ne se modifie plus.")


def edit_fiche(actor: Actor, structure) -> Actor:
    """The sheet of an établissement or of a unit: its référents, in their own name (ANN-2, ANN-3)."""
    if actor.is_acting:
        raise Denied("Revenez à votre compte pour modifier une fiche de l’annuaire.")
    editor = actor.using(SHEETS[structure.niveau], structure.place, mode=Mode.OUI)
    if editor is None:
        raise Denied("Cette fiche ne fait pas partie de votre périmètre.")
    open_fiche(structure)
    return editor


def close(actor: Actor, structure) -> Actor:
    """A coordination an établissement, who answers for an établissement its units; or a process (ANN-7)."""
    if actor.user is None:
        system(actor)
        return actor
    if actor.is_acting:
        raise Denied("Revenez à votre compte pour fermer une structure.")
    droit, place = _closing(structure)
    closer = actor.using(droit, place, mode=Mode.OUI)
    if closer is None:
        raise Denied(CLOSES[structure.niveau])
    return closer


def succeed(actor: Actor, structure) -> None:
    """What takes the place of another is of one's own perimeter too."""
    if actor.user is not None and actor.using(*_closing(structure), mode=Mode.OUI) is None:
        raise Denied("La structure qui remplace celle-ci ne fait pas partie de votre périmètre.")


def rearrange(actor: Actor, etablissement, into) -> Actor:
    """All of one établissement to another: by who may close both."""
    mover = close(actor, etablissement)
    succeed(actor, into)
    return mover


def share(actor: Actor, etablissement) -> Actor:
    """The page where units leave an établissement: whoever answers for it (ANN-7)."""
    if actor.is_acting:
        raise Denied("Revenez à votre compte pour répartir les unités d’un établissement.")
    giver = actor.using(Droit.STRUCTURE, etablissement.place, mode=Mode.OUI)
    if giver is None:
        raise Denied("Cet établissement ne fait pas partie de votre périmètre.")
    if etablissement.closed_at:
        raise Denied("Cet établissement est fermé\u00a0: ses unités ne changent plus d’établissement.")
    return giver


def hand_over(actor: Actor, etablissement, into) -> Actor:
    """Units from one établissement to another: whoever answers for both, a coordination or a référent."""
    giver = share(actor, etablissement)
    if actor.using(Droit.STRUCTURE, into.place, mode=Mode.OUI) is None:
        raise Denied("L’établissement qui reçoit ces unités ne fait pas partie de votre périmètre.")
    return giver


def reconcile(actor: Actor, etablissement) -> Actor:
    """Offers joined to its units, its synchronisation entered and left: whoever answers for it (ANN-1)."""
    if actor.is_acting:
        raise Denied("Revenez à votre compte pour rapprocher un établissement du ROR.")
    decider = actor.using(Droit.STRUCTURE, etablissement.place, mode=Mode.OUI)
    if decider is None:
        raise Denied("Le rapprochement revient aux référents de l’établissement, ou à sa coordination.")
    if etablissement.closed_at:
        raise Denied("Cet établissement est fermé : il ne se rapproche plus du ROR.")
    return decider


def edit_guichet(actor: Actor, guichet) -> Actor:
    """Its référents: those of its établissement, or of its coordination (ANN-4)."""
    if actor.is_acting:
        raise Denied("Revenez à votre compte pour modifier un guichet.")
    editor = actor.using(Droit.GUICHET, guichet.place, mode=Mode.OUI)
    if editor is None:
        raise Denied("Ce guichet ne fait pas partie de votre périmètre.")
    if guichet.closed_at or (guichet.etablissement and guichet.etablissement.closed_at):
        raise Denied("Ce guichet est fermé\u00a0: il ne se modifie plus.")
    return editor


def closings(actor: Actor) -> None:
    """The page of what feeders say closed: who may answer somewhere."""
    if actor.is_acting or not actor.rights.scopes(Droit.STRUCTURE):
        raise Denied("Cette page est réservée aux référents structure et aux coordinations.")


def guichets(actor: Actor) -> None:
    if actor.is_acting or not actor.rights.scopes(Droit.GUICHET):
        raise Denied("Cette page est réservée aux référents structure et aux coordinations.")


CLOSES = {
    Niveau.ETABLISSEMENT: "Seule la coordination ferme un établissement, ou le remplace par un autre.",
    Niveau.UNITE: "Cette unité ne fait pas partie des structures que vous pouvez fermer.",
    Niveau.GUICHET: "Ce guichet ne fait pas partie de votre périmètre.",
}


def _closing(structure) -> tuple[Droit, Place]:
    """The right asked, and at which place: not below it, so that nobody closes what he stands on."""
    if structure.niveau == Niveau.ETABLISSEMENT:
        return Droit.STRUCTURE, structure.coordination.place
    if structure.niveau == Niveau.UNITE:
        return Droit.STRUCTURE, structure.etablissement.place
    return Droit.GUICHET, structure.place


def edit_coordination(actor: Actor, coordination) -> Actor:
    """Its référents, or those above it: a right over one of its structures does not reach it."""
    if actor.is_acting:
        raise Denied("Revenez à votre compte pour modifier la fiche d’une coordination.")
    editor = actor.using(Droit.STRUCTURE, coordination.place, mode=Mode.OUI)
    if editor is None:
        raise Denied("Cette coordination ne fait pas partie de votre périmètre.")
    return editor
