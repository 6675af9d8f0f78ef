from viatraj.core.policies import Denied


def medecin_space(actor):
    """DOS-1: médecins, and those who act for one."""
    if actor.user is None or not (actor.is_acting or actor.user.is_medecin):
        raise Denied(
            "L’espace médecin libéral est réservé aux médecins et aux personnes à qui un médecin "
            "a délégué la gestion de ses dossiers."
        )


def both_spaces(actor):
    """Going over from one space to the other (CON-11), in one's own name."""
    if actor.is_acting or actor.user is None or not actor.user.is_medecin:
        raise Denied("Seul un médecin dispose des deux espaces.")
