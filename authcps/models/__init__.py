"""Ways in: attempts, codes, devices, trusted browsers (CON-5, CON-6)."""

from authcps.models.attempts import Attempt
from authcps.models.cartes import Carte, Challenge
from authcps.models.codes import Code, CodeDevice, TrustedBrowser
from authcps.models.secours import CodeSecours, Essai, TotpDevice

__all__ = [
    "Attempt",
    "Carte",
    "Challenge",
    "Code",
    "CodeDevice",
    "CodeSecours",
    "Essai",
    "TotpDevice",
    "TrustedBrowser",
]
