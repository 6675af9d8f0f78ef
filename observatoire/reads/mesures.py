"""How the orders go, for support and for the log: what waits, since when, what has failed lately."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Min, Q

from observatoire.models import Commande, Etat

LATELY = timedelta(days=1)
SLOW = timedelta(hours=2)  # what the source promises at most


def queue(*, now: datetime) -> dict[str, Any]:
    """One statement. `late`: the oldest has waited longer than anybody was told."""
    failed = Q(etat=Etat.ERREUR, ordered_at__gt=now - LATELY)
    rows = Commande.objects.filter(Q(etat__in=Commande.AT_WORK) | failed)
    found = rows.aggregate(
        waiting=Count("pk", filter=Q(etat=Etat.ATTENTE)),
        running=Count("pk", filter=Q(etat=Etat.COURS)),
        oldest=Min("ordered_at", filter=Q(etat=Etat.ATTENTE)),
        failed=Count("pk", filter=failed),
    )
    return found | {"late": bool(found["oldest"] and found["oldest"] < now - SLOW)}
