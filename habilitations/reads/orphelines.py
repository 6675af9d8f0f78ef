"""Structures without a référent structure today, for those who may name one."""

from django.db.models import Exists, OuterRef, Subquery

from annuaire.models import Etablissement
from habilitations.models import Habilitation
from habilitations.profils import REFERENT_STRUCTURE
from viatraj.core.actor import Actor
from viatraj.core.droits import Droit


def visible_to(actor: Actor, *, today):
    """Open ones, `derniere`: the day the last référent ended, if there ever was one."""
    named = Habilitation.objects.filter(etablissement=OuterRef("pk"), profil=REFERENT_STRUCTURE.code)
    valid = named.in_force(today).filter(user__disabled_at=None)
    ended = named.filter(debut__lte=today).order_by("-fin")
    return (
        Etablissement.objects.open()
        .within(actor.rights, Droit.REFERENT_STRUCTURE)
        .filter(~Exists(valid))
        .annotate(derniere=Subquery(ended.values("fin")[:1]))
    )
