"""What can be done with habilitations. The only writer of this app."""

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

__all__ = [
    "adjust",
    "change_end",
    "depart",
    "give_up",
    "grant",
    "name_referent",
    "notify",
    "revoke",
]
