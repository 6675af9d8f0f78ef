"""Structures without a référent structure today, for those who may name one, and whom they may name."""

from django.db.models import F, OuterRef, Subquery

from accounts.models import User
from annuaire.models import Etablissement
from habilitations.models import Habilitation
from habilitations.profils import REFERENT_STRUCTURE
from viatraj.core.actor import Actor
from viatraj.core.droits import Droit

SHOWN = 20
# Its domaine too: an index has those alone.
REFERENT = {"profil": REFERENT_STRUCTURE.code, "domaine": REFERENT_STRUCTURE.domaine}


def visible_to(actor: Actor, *, today):
    """Open ones, `derniere`: the day the last référent ended, if there ever was one."""
    named = Habilitation.objects.filter(etablissement=OuterRef("pk"), profil=REFERENT_STRUCTURE.code)
    ended = named.filter(debut__lte=today).order_by("-fin")
    return (
        Etablissement.objects.open()
        .within(actor.rights, Droit.REFERENT_STRUCTURE)
        .exclude(pk__in=with_referent(today))
        .annotate(derniere=Subquery(ended.values("fin")[:1]))
    )


def with_referent(today, coordination=None):
    """Keys of établissements; as a set, not one by one: over the country, an index gives it in a hundredth of
    a second."""
    named = Habilitation.objects.filter(**REFERENT).in_force(today)
    if coordination:
        named = named.filter(coordination=coordination)
    there = named.filter(etablissement__isnull=False).exclude(user__in=User.objects.disabled())
    return there.order_by().values("etablissement")


def working_at(etablissement, *, but, today) -> list:
    """Who holds something there today, the last seen first: those whom one thinks of to begin with."""
    held = Habilitation.objects.in_force(today).filter(etablissement=etablissement).values("user_id")
    people = User.objects.enabled().filter(pk__in=held).exclude(pk=but.pk)
    return list(people.order_by(F("last_sign_in_at").desc(nulls_last=True), "nom", "pk")[:SHOWN])
