"""Who may lend, answer, change and take back (DEL-3, DEL-4, DEL-7)."""

from accounts.policies import is_proved
from accounts.policies import own_account as own_account
from viatraj.core.policies import Denied
from viatraj.core.policies import system as system


def own_delegations(actor):
    """Seeing and making délégations: a médecin, in his own name."""
    if actor.is_acting:
        raise Denied(
            f"Vous agissez au nom du {actor.on_behalf_of.titre}\u00a0: "
            "vous n’avez pas accès à ses délégations."
        )
    if actor.user is None or not actor.user.is_medecin:
        raise Denied("Seul un médecin peut déléguer la gestion de ses dossiers.")


def grant(actor):
    if actor.is_acting:
        raise Denied("Un délégataire ne peut pas déléguer à son tour.")
    own_delegations(actor)


def manage(actor, delegation):
    """Modify or delete: the médecin who lends, and nobody else."""
    if actor.is_acting or actor.user is None or actor.user.pk != delegation.delegant_id:
        raise Denied("Seul le médecin délégant peut modifier ou supprimer sa délégation.")


def modify(actor, delegation):
    manage(actor, delegation)
    if not delegation.is_living:
        raise Denied("Cette délégation a pris fin\u00a0: elle ne peut plus être modifiée.")


def resend(actor, delegation, today):
    """A new invitation, while somebody still has to answer the former one."""
    manage(actor, delegation)
    if not delegation.is_waiting or delegation.fin < today:
        raise Denied("Cette délégation n’attend plus de réponse\u00a0: il n’y a pas d’invitation à relancer.")


def answer(actor, delegation):
    """Accept or refuse: the person it was proposed to, in his own name."""
    if actor.is_acting or actor.user is None or actor.user.pk != delegation.delegataire_id:
        raise Denied("Seule la personne à qui cette délégation est proposée peut y répondre.")
    if not delegation.is_living:
        raise Denied("Cette délégation n’est plus proposée\u00a0: elle a été supprimée ou a pris fin.")
    prove(actor, delegation)


def prove(actor, delegation):
    """To accept, one must have signed in once by card or e-CPS.

    An assistant must also have his card still paired: the name of the invitation is compared with the card's.
    """
    if actor.user.first_strong_at is None or not (delegation.is_confrere or is_proved(actor.user)):
        raise Denied("Connectez-vous d’abord une fois avec votre carte CPx (CPS, CPE ou CPA) ou l’e-CPS.")


def renounce(actor, delegation):
    """Give back what one has accepted, in one's own name."""
    if actor.is_acting or actor.user is None or actor.user.pk != delegation.delegataire_id:
        raise Denied("Seule la personne qui a accepté cette délégation peut y renoncer.")
    if not delegation.is_living or delegation.accepted_at is None:
        raise Denied("Cette délégation n’est pas en cours : vous n’avez pas à y renoncer.")


def take_up(actor, delegation):
    if actor.user is None or actor.user.pk != delegation.delegataire_id:
        raise Denied("Cette délégation ne vous est pas accordée.")
