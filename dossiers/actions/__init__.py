"""What can be done with dossiers; the journal gets numbers and names of fields, never a value (DOS-5)."""

from dossiers.actions.decisions import archive_unchanged, cancel, remind_unchanged, resume, suspend
from dossiers.actions.dossiers import create, read, search
from dossiers.actions.doublons import seek_doublons
from dossiers.actions.identites import edit_identite
from dossiers.actions.impressions import download, print_dossier
from dossiers.actions.pieces import add_piece, analyse_piece, hide_piece, read_piece
from dossiers.actions.presences import present, withdraw
from dossiers.actions.saisies import erase, forget_typed, keep_typed, purge_typed
from dossiers.actions.traitants import accept, accept_all, decline, name_traitant
from dossiers.actions.volets import edit_volet, validate_volet

__all__ = [
    "accept",
    "accept_all",
    "add_piece",
    "analyse_piece",
    "archive_unchanged",
    "cancel",
    "create",
    "decline",
    "download",
    "edit_identite",
    "edit_volet",
    "erase",
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
    "resume",
    "search",
    "seek_doublons",
    "suspend",
    "validate_volet",
    "withdraw",
]
