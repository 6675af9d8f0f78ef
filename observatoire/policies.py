"""Who may do what with statistics (OBS-7)."""

from viatraj.core.actor import Actor
from viatraj.core.policies import system


def refresh_store(actor: Actor) -> None:
    """What the night does, or an operator’s command."""
    system(actor)
