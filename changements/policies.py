from changements.models import Changement
from viatraj.core.actor import Actor
from viatraj.core.policies import Denied
from viatraj.core.policies import system as system


def own(actor: Actor) -> None:
    """The list of what one has just changed, in the name in which one works."""
    if actor.user is None:
        raise Denied("Connectez-vous pour voir vos derniers changements.")


def undo(actor: Actor, changement: Changement) -> None:
    """Its author, in the same name; whether he still has the right is asked row by row."""
    if actor.user is None or actor.user.pk != changement.user_id:
        raise Denied("Seule la personne qui a fait ce changement peut l’annuler.")
    made_for = changement.on_behalf_of_id
    if made_for != (actor.on_behalf_of.pk if actor.is_acting else None):
        whose = "au nom du médecin pour qui vous l’avez fait" if made_for else "en votre nom"
        raise Denied(f"Ce changement s’annule {whose}\u00a0: revenez-y d’abord.")
