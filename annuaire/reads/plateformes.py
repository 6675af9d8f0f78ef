"""The platforms of the TND: établissements with an open unit of that kind (DOS-1)."""

from collections.abc import Collection

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from annuaire.models import Coordination, Etablissement, Unite
from annuaire.natures import Nature
from viatraj.core.droits import Domaine


def open_ones(*, departements: Collection[str] = ()) -> QuerySet:
    """Where the module is deployed; those of these départements first, then by coordination and name."""
    unites = Unite.objects.filter(closed_at=None, nature=Nature.PCO, etablissement=OuterRef("pk"))
    deployed = Q(coordination__modules__contains=[Domaine.TND])
    here = Q(coordination__departement__in=departements) if departements else Q(pk__in=[])
    found = Etablissement.objects.open().filter(Exists(unites), deployed).select_related("coordination")
    near = found.annotate(here=here)
    return near.order_by(F("here").desc(nulls_last=True), "coordination__nom", "nom", "pk")


def coordinations(plateformes) -> QuerySet:
    """Those that have one, to choose from."""
    return Coordination.objects.filter(pk__in=plateformes.order_by().values("coordination_id")).order_by(
        "nom", "pk"
    )
