"""Monthly orders that have stopped by themselves, for the référents of their persons (OBS-3)."""

from datetime import date
from typing import Any

from observatoire import rapports
from observatoire.models import ModeleCommande
from viatraj.core.actor import Actor
from viatraj.core.periods import add_months

MONTHS = 12  # beyond, nobody asks any more


def visible_to(actor: Actor, *, today: date) -> Any:
    """Never their titles nor their comments, which are their persons’ own."""
    since = add_months(today, -MONTHS)
    rows = ModeleCommande.objects.stopped_for(actor, since=since)
    return rows.only("rapport", "arret", "arrete_le", "jour", "user__login", "user__nom", "user__prenom")


def titre(code: str) -> str:
    rapport = rapports.get(code)
    return f"{code} – {rapport.titre}" if rapport else code
