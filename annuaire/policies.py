from viatraj.core.policies import Denied


def import_rpps(actor):
    """What an operator's command does; nobody by a page."""
    if actor.user is not None or actor.system_name in ("", "anonymous"):
        raise Denied("Cette opération est réservée à l’exploitation du service.")


def refer(actor):
    if actor.user is None and actor.system_name in ("", "anonymous"):
        raise Denied("Connectez-vous pour choisir un professionnel dans l’annuaire.")
