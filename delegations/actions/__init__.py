"""What can be done with a délégation. The only writer of this app."""

from delegations.actions.propositions import expire_invitations, grant_assistant, grant_confrere, resend
from delegations.actions.reponses import accept, lay_down, note_too_late, refuse, renounce, take_up
from delegations.actions.suivi import export_activity, modify, modify_assistant, revoke, tell_endings

__all__ = [
    "accept",
    "expire_invitations",
    "export_activity",
    "grant_assistant",
    "grant_confrere",
    "lay_down",
    "modify",
    "modify_assistant",
    "note_too_late",
    "refuse",
    "renounce",
    "resend",
    "revoke",
    "take_up",
    "tell_endings",
]
