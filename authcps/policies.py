from viatraj.core.policies import Denied
from viatraj.core.policies import system as system


def sign_out(actor):
    if actor.user is None:
        raise Denied("Vous n’êtes pas connecté.")
