"""The platforms of the TND: which établissement is one shows by the profiles held there (DOS-1)."""

from django.db.models import Exists, OuterRef

from annuaire.models import Coordination, Etablissement
from habilitations.models import Habilitation
from viatraj.core.droits import Domaine


def open_ones(*, today):
    """Where somebody holds such a profile today, in a département that uses the module; anybody may know."""
    held = Habilitation.objects.in_force(today).filter(domaine=Domaine.TND, user__disabled_at=None)
    return (
        Etablissement.objects.open()
        .filter(
            Exists(held.filter(etablissement=OuterRef("pk"))),
            coordination__modules__contains=[Domaine.TND],
        )
        .select_related("coordination")
        .order_by("coordination__nom", "nom", "pk")
    )


def coordinations(plateformes):
    """Those that have one, to choose from."""
    return Coordination.objects.filter(pk__in=plateformes.order_by().values("coordination_id")).order_by(
        "nom", "pk"
    )
