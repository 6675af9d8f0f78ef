from accounts.policies import unlock
from viatraj.core.policies import Denied
from viatraj.core.policies import system as system


def sign_out(actor):
    if actor.user is None:
        raise Denied("Vous n’êtes pas connecté.")


def unpair(actor, user, places):
    """A card taken off somebody's account: whoever may lift its lock."""
    unlock(actor, user, places)
