"""Whose sheets a référent sees: his établissements, and those of his units (ANN-3)."""

from django.db.models import Q

from annuaire.models import Etablissement, Unite
from viatraj.core.actor import Actor
from viatraj.core.droits import Droit, Mode


def etablissements(actor: Actor):
    """Closed ones too: a sheet stays at its address."""
    columns = Etablissement.objects.all().columns
    whole = [actor.rights.within(one, mode=Mode.OUI, **columns) for one in (Droit.STRUCTURE, Droit.UNITE)]
    pks = actor.rights.scopes(Droit.UNITE).get("unite", frozenset())
    inside = Unite.objects.filter(pk__in=pks).values("etablissement")
    return Etablissement.objects.filter(whole[0] | whole[1] | Q(pk__in=inside))


def unites(actor: Actor):
    return Unite.objects.filter(of_units(actor))


def of_units(actor: Actor) -> Q:
    """On rows of `Unite`."""
    return actor.rights.within(Droit.UNITE, mode=Mode.OUI, **Unite.objects.all().columns)
