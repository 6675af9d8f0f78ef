"""What can be done with habilitations. The only writer of this app."""

from habilitations.actions.alertes import alert_expiries, digest_expiries
from habilitations.actions.campagnes import (
    close_campagne,
    close_due,
    decide,
    entrust,
    fill_slice,
    follow_campagne,
    open_campagne,
    remind_reviewers,
    report_campagne,
    settle_slice,
)
from habilitations.actions.demandes import (
    accept,
    ask,
    ask_prolongation,
    close_satisfied,
    refuse,
    tell_referents,
    withdraw,
)
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
from habilitations.actions.lots import prolong_all, revoke_all
from habilitations.actions.profils import note_profils
from habilitations.actions.recherches import (
    note_deployment_export,
    note_export,
    note_journal_export,
    note_search,
)
from habilitations.actions.referents import create_referent, tell_of_referents

__all__ = [
    "accept",
    "adjust",
    "alert_expiries",
    "ask",
    "ask_prolongation",
    "change_end",
    "close_campagne",
    "close_due",
    "close_satisfied",
    "create_referent",
    "decide",
    "depart",
    "digest_expiries",
    "entrust",
    "fill_slice",
    "follow_campagne",
    "give_up",
    "grant",
    "name_referent",
    "note_deployment_export",
    "note_export",
    "note_journal_export",
    "note_profils",
    "note_search",
    "notify",
    "open_campagne",
    "prolong_all",
    "refuse",
    "remind_reviewers",
    "report_campagne",
    "revoke",
    "revoke_all",
    "settle_slice",
    "tell_of_referents",
    "tell_referents",
    "withdraw",
]
