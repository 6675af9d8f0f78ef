"""What may be taken back, and taking it back. The only writer of this app."""

from changements.actions.annulation import Noted, keep, purge, undo

__all__ = ["Noted", "keep", "purge", "undo"]
