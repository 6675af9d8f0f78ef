from viatraj.core.droits import Droit
from viatraj.core.policies import Denied
from viatraj.core.policies import system as system


def own_account(actor):
    """One's own account stays closed while one acts for somebody else (DEL-5)."""
    if actor.user is None:
        raise Denied("Connectez-vous pour accéder à votre compte.")
    if actor.is_acting:
        raise Denied(
            f"Vous agissez au nom du {actor.on_behalf_of.titre}. Revenez à votre compte pour le consulter."
        )


def owner(actor, user):
    """Nobody touches somebody else's secrets, whatever his rights (ASVS 6.4.6)."""
    own_account(actor)
    if actor.user.pk != user.pk:
        raise Denied("Seul le titulaire du compte peut faire cela.")


def lift_lock(actor, user):
    """The owner himself, by another proof than the password."""
    if actor.user is None or actor.user.pk != user.pk:
        raise Denied("Seul le titulaire du compte lève ainsi son blocage.")


def unlock(actor, user, places):
    """COM-7; `places`: where the account holds a habilitation, told by the caller."""
    if actor.user is None or actor.is_acting or actor.user.pk == user.pk:
        raise Denied("Ce compte se débloque par un référent.")
    if not any(actor.rights.cover(Droit.COMPTE, place, domaine="") for place in places):
        raise Denied("Ce compte n’a pas d’habilitation dans votre périmètre.")


def confirm_change(change, now):
    """The link's own limits; whoever holds it stands at the new address."""
    if change.confirmed_at or change.ends <= now or not change.user.is_active:
        raise Denied("Ce lien n’est plus valable\u00a0: il a déjà servi, ou date de plus de 24 heures.")
