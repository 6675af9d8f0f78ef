"""A person's effective rights and what gives each; for «Mes droits», and for the support's pages."""

import delegations.reads
import delegations.rights
import habilitations.rights
from habilitations.models import Habilitation
from habilitations.reads import explications
from viatraj.core.droits import Droit, Mode

PAST = 20


def effective(user, *, today) -> list[explications.Module]:
    return explications.effective(habilitations.rights.held_with_lieu(user, on=today))


def answer(droit, modules, user, *, today) -> dict:
    """Why he has this right, or why not."""
    held = [ligne for module in modules for ligne in module.lignes if ligne.droit == droit]
    if held:
        return {"droit": droit, "sources": [source for ligne in held for source in ligne.sources]}
    known = (
        Habilitation.objects.of(user).with_lieu().prefetch_related("droits").order_by("-fin", "-pk")[:PAST]
    )
    return {"droit": droit, "reasons": explications.why_not(droit, known, today=today)}


def lent(user, *, today) -> list[dict]:
    """What délégations lend, while one acts for the médecin."""
    received = delegations.reads.received(user, on=today).lent
    return [
        {
            "delegation": one,
            "droits": sorted({_said(grant) for grant in delegations.rights.of_delegate(one).grants}),
        }
        for one in received.prefetch_related("droits")
    ]


def _said(grant) -> str:
    droit = Droit(grant.droit)
    return f"{droit.label} ({Mode(grant.mode).label})" if droit.is_graded else droit.label
