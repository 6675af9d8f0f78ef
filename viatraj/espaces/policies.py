from viatraj.core.policies import Denied


def medecin_space(actor):
    """DOS-1: médecins, and those who act for one."""
    if actor.user is None or not (actor.is_acting or actor.user.is_medecin):
        raise Denied(
            "L’espace médecin libéral est réservé aux médecins et aux personnes à qui un médecin "
            "a délégué la gestion de ses dossiers."
        )


def leave_medecin_space(actor):
    """To the professionals' one (CON-11), in one's own name: a médecin who also holds something there."""
    if actor.is_acting or actor.user is None or not actor.user.is_medecin:
        raise Denied("Seul un médecin dispose des deux espaces.")
    if not actor.has_other_space:
        raise Denied(
            "Vous n’avez aucune habilitation en établissement\u00a0: "
            "demandez-en une aux référents de l’établissement."
        )
