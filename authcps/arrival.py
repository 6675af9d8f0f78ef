"""Being moved to `authcps.views.arrival`."""

from authcps.views.arrival import arrive, attempt_of, refuse

__all__ = ["arrive", "attempt_of", "refuse"]
