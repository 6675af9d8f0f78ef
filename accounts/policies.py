from viatraj.core.policies import Denied


def own_account(actor):
    """One's own account stays closed while one acts for somebody else (DEL-5)."""
    if actor.user is None:
        raise Denied("Connectez-vous pour accéder à votre compte.")
    if actor.is_acting:
        raise Denied(
            f"Vous agissez au nom du {actor.on_behalf_of.titre}. Revenez à votre compte pour le consulter."
        )


def system(actor):
    """What nobody does by a page: commands and periodic tasks."""
    if actor.user is not None or actor.system_name in ("", "anonymous"):
        raise Denied("Cette opération est réservée à l’exploitation du service.")
