from changements.models import Changement
from viatraj.core.actor import Actor
from viatraj.core.policies import Denied
from viatraj.core.policies import system as system


def own(actor: Actor) -> None:
    """The list of what one has just changed."""
    if actor.user is None or actor.is_acting:
        raise Denied("Revenez à votre compte pour voir vos derniers changements.")


def undo(actor: Actor, changement: Changement) -> None:
    """Its author, in his own name; whether he still has the right is asked row by row."""
    if actor.user is None or actor.is_acting or actor.user.pk != changement.user_id:
        raise Denied("Seule la personne qui a fait ce changement peut l’annuler.")
