"""What can be done with the directory. The only writer of this app, with its loader, `annuaire.loading`."""

from annuaire.actions.adeli import import_adeli
from annuaire.actions.arrivages import write_next
from annuaire.actions.avis import closed_by_feed, follow_avis, keep_open
from annuaire.actions.coordinations import edit_coordination
from annuaire.actions.couvertures import choose_zones
from annuaire.actions.exports import abandon_ror, look_ror, sync_ror
from annuaire.actions.extractions import import_rpps
from annuaire.actions.fermetures import close_structure, merge, reopen
from annuaire.actions.fiches import feed, modify, verify
from annuaire.actions.finess import import_finess, warn_closed
from annuaire.actions.guichets import create_guichet, gather, update_guichet
from annuaire.actions.lots import write_many
from annuaire.actions.nomenclatures import import_nomenclature, load_nomenclatures
from annuaire.actions.positions import place_communes
from annuaire.actions.professionnels import refer, refer_account
from annuaire.actions.rapprochements import Choix, reconcile, undo_rapprochement
from annuaire.actions.releves import Busy, finish, preview_ror, proceed_ror, receive, refuse, switch_ror
from annuaire.actions.structures import move, open_structure, split
from annuaire.actions.synchro import enter_ror, leave_ror, synchronise
from annuaire.actions.territoires import create_territory, load_territoire
from annuaire.actions.thesaurus import answer_thesaurus, copy_thesaurus
from annuaire.actions.tranches import settle_slice

__all__ = [
    "Busy",
    "Choix",
    "abandon_ror",
    "answer_thesaurus",
    "choose_zones",
    "close_structure",
    "closed_by_feed",
    "copy_thesaurus",
    "create_guichet",
    "create_territory",
    "edit_coordination",
    "enter_ror",
    "feed",
    "finish",
    "follow_avis",
    "gather",
    "import_adeli",
    "import_finess",
    "import_nomenclature",
    "import_rpps",
    "keep_open",
    "leave_ror",
    "load_nomenclatures",
    "load_territoire",
    "look_ror",
    "merge",
    "modify",
    "move",
    "open_structure",
    "place_communes",
    "preview_ror",
    "proceed_ror",
    "receive",
    "reconcile",
    "refer",
    "refer_account",
    "refuse",
    "reopen",
    "settle_slice",
    "split",
    "switch_ror",
    "sync_ror",
    "synchronise",
    "undo_rapprochement",
    "update_guichet",
    "verify",
    "warn_closed",
    "write_many",
    "write_next",
]
