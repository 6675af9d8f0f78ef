"""What can be done with review campaigns (HAB-11, docs/adr/0044)."""

from habilitations.actions.campagnes.cloture import close_campagne, close_due, report_campagne, settle_slice
from habilitations.actions.campagnes.decisions import decide
from habilitations.actions.campagnes.ouverture import fill_slice, open_campagne
from habilitations.actions.campagnes.partage import entrust
from habilitations.actions.campagnes.rappels import remind_reviewers
from habilitations.actions.campagnes.suivi import follow_campagne

__all__ = [
    "close_campagne",
    "close_due",
    "decide",
    "entrust",
    "fill_slice",
    "follow_campagne",
    "open_campagne",
    "remind_reviewers",
    "report_campagne",
    "settle_slice",
]
