"""What can be done with demandes: chosen and sent, read, then whatever their table allows."""

from demandes.actions.alertes import choose, mark_read, purge_alertes, send_alertes, send_recaps, tell_facts
from demandes.actions.corrections import correct_decision
from demandes.actions.decisions import (
    cancel_decision,
    notify,
    read_decision,
    record_decision,
    restore_decision,
)
from demandes.actions.delais import follow_delays, set_delays
from demandes.actions.echeances import fall_due, fall_without
from demandes.actions.envoi import select, send
from demandes.actions.favoris import add_favori, remove_favori
from demandes.actions.papier import record_paper
from demandes.actions.recherches import search_notifications
from demandes.actions.statuts import change_statut, change_unite, read_notification
from demandes.actions.tableaux import note_export
from demandes.actions.verbes import perform, read
from demandes.actions.vues import change_view, remove_view, save_view

__all__ = [
    "add_favori",
    "cancel_decision",
    "change_statut",
    "change_unite",
    "change_view",
    "choose",
    "correct_decision",
    "fall_due",
    "fall_without",
    "follow_delays",
    "mark_read",
    "note_export",
    "notify",
    "perform",
    "purge_alertes",
    "read",
    "read_decision",
    "read_notification",
    "record_decision",
    "record_paper",
    "remove_favori",
    "remove_view",
    "restore_decision",
    "save_view",
    "search_notifications",
    "select",
    "send",
    "send_alertes",
    "send_recaps",
    "set_delays",
    "tell_facts",
]
