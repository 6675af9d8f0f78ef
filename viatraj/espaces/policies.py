from viatraj.core.policies import Denied


def medecin_space(actor):
    """DOS-1: médecins, and those who act for one."""
    if actor.user is None or not (actor.is_acting or actor.user.is_medecin):
        raise Denied(
            "L’espace médecin libéral est réservé aux médecins et aux personnes à qui un médecin "
            "a délégué la gestion de ses dossiers."
        )
