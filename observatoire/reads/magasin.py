"""How fresh the store is."""

from datetime import datetime

from observatoire.models import Releve


def relevees_at() -> datetime | None:
    """What had happened by then is counted; None before the first run."""
    done = Releve.objects.filter(etat=Releve.Etat.FINI).order_by("-commence_at")
    return done.values_list("commence_at", flat=True).first()
