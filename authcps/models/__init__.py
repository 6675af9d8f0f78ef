"""Ways in: attempts, codes, devices, trusted browsers (CON-5, CON-6)."""

from authcps.models.attempts import Attempt
from authcps.models.codes import Code, CodeDevice, TrustedBrowser

__all__ = ["Attempt", "Code", "CodeDevice", "TrustedBrowser"]
