"""What can be done with habilitations. The only writer of this app."""

from habilitations.actions.alertes import alert_expiries, digest_expiries
from habilitations.actions.habilitations import (
    adjust,
    change_end,
    depart,
    give_up,
    grant,
    name_referent,
    notify,
    revoke,
)
from habilitations.actions.profils import note_profils
from habilitations.actions.recherches import note_search

__all__ = [
    "adjust",
    "alert_expiries",
    "change_end",
    "depart",
    "digest_expiries",
    "give_up",
    "grant",
    "name_referent",
    "note_profils",
    "note_search",
    "notify",
    "revoke",
]
