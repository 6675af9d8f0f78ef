"""Monthly orders that have stopped by themselves, for the référents of their persons (OBS-3)."""

from datetime import date
from typing import Any

from observatoire import rapports
from observatoire.models import ModeleCommande
from viatraj.core import prepared
from viatraj.core.actor import Actor
from viatraj.core.droits import Droit
from viatraj.core.kept import kept, standing_for
from viatraj.core.periods import add_months

MONTHS = 12  # beyond, nobody asks any more


def visible_to(actor: Actor, *, today: date) -> Any:
    """Never their titles nor their comments, which are their persons’ own."""
    since = add_months(today, -MONTHS)
    rows = ModeleCommande.objects.stopped_for(actor, user=actor.user, since=since)
    return rows.only("rapport", "arret", "arrete_le", "jour", "user__login", "user__nom", "user__prenom")


def how_many(actor: Actor, *, today: date) -> int:
    if actor.is_acting or actor.user is None:
        return 0
    who, places = standing_for(actor, Droit.HABILITATION)
    asked = places | {"user": actor.user.pk, "since": add_months(today, -MONTHS)}
    sql = f"SELECT count(*) FROM ({_stopped.sql(who, names=asked)}) AS arrets"  # noqa: S608  (the ORM’s)
    ((found,),) = prepared.rows(sql, asked)
    return found


@kept
def _stopped(actor: Actor, /, *, user: Any, since: Any, **places: Any) -> Any:
    return ModeleCommande.objects.stopped_for(actor, user=user, since=since).order_by().values("pk")


def titre(code: str) -> str:
    rapport = rapports.get(code)
    return f"{code} – {rapport.titre}" if rapport else code
