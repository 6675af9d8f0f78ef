"""What can be done with an account. The only writer of this app."""

from accounts.actions.adresses import ask_change, ask_first_address, confirm_change
from accounts.actions.annulations import agree, cancel_change, change_email
from accounts.actions.comptes import (
    accept_charte,
    create,
    end_other_sessions,
    note_sign_in,
    purge_sessions,
    update_contact,
)
from accounts.actions.consultations import note_consultation, note_support_search
from accounts.actions.desactivations import disable, enable
from accounts.actions.mots_de_passe import (
    ask_new_password,
    change_password,
    choose_password,
    locked_as_proved,
    prove,
    reset_password,
    warn_of_expiry,
)
from accounts.actions.referents import correct, register, welcome_again
from accounts.actions.support import open_support
from accounts.actions.verrous import lift_lock, note_wrong_password, unlock

__all__ = [
    "accept_charte",
    "agree",
    "ask_change",
    "ask_first_address",
    "ask_new_password",
    "cancel_change",
    "change_email",
    "change_password",
    "choose_password",
    "confirm_change",
    "correct",
    "create",
    "disable",
    "enable",
    "end_other_sessions",
    "lift_lock",
    "locked_as_proved",
    "note_consultation",
    "note_sign_in",
    "note_support_search",
    "note_wrong_password",
    "open_support",
    "prove",
    "purge_sessions",
    "register",
    "reset_password",
    "unlock",
    "update_contact",
    "warn_of_expiry",
    "welcome_again",
]
