"""What can be done with dossiers; the journal gets numbers and names of fields, never a value (DOS-5)."""

from dossiers.actions.decisions import archive_unchanged, cancel, remind_unchanged, resume, suspend
from dossiers.actions.dossiers import create, create_on_paper, read, search
from dossiers.actions.doublons import seek_doublons
from dossiers.actions.identites import edit_identite
from dossiers.actions.impressions import download, print_dossier
from dossiers.actions.pieces import add_piece, analyse_piece, erase_hidden, hide_piece, read_piece
from dossiers.actions.presences import present, withdraw
from dossiers.actions.saisies import erase, forget_typed, keep_typed, purge_typed
from dossiers.actions.traitants import accept, accept_all, decline, name_traitant, remove_traitant
from dossiers.actions.volets import edit_volet, validate_volet

__all__ = [
    "accept",
    "accept_all",
    "add_piece",
    "analyse_piece",
    "archive_unchanged",
    "cancel",
    "create",
    "create_on_paper",
    "decline",
    "download",
    "edit_identite",
    "edit_volet",
    "erase",
    "erase_hidden",
    "forget_typed",
    "hide_piece",
    "keep_typed",
    "name_traitant",
    "present",
    "print_dossier",
    "purge_typed",
    "read",
    "read_piece",
    "remind_unchanged",
    "remove_traitant",
    "resume",
    "search",
    "seek_doublons",
    "suspend",
    "validate_volet",
    "withdraw",
]
