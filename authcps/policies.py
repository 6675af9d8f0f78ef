from viatraj.core.policies import Denied


def sign_out(actor):
    if actor.user is None:
        raise Denied("Vous n’êtes pas connecté.")


def system(actor):
    if actor.user is not None or actor.system_name in ("", "anonymous"):
        raise Denied("Cette opération est réservée à l’exploitation du service.")
