"""Codes that a person copies: from a mail, an SMS, an application, a sheet of paper (CON-5)."""

import re

from viatraj.core.saisie import Refused
from viatraj.core.saisie.caracteres import tidied
from viatraj.core.saisie.numeros import in_figures

OTP = "Le code compte 6 chiffres."
SECOURS = "Un code de secours compte 10 lettres et chiffres. Exemple\u00a0: abcde-fghjk."


def otp(text: str) -> str:
    """Six figures, whatever stands between them; empty stays empty."""
    typed = in_figures(tidied(text))
    code = re.sub(r"\W+|_", "", typed)
    if typed and not re.fullmatch(r"[0-9]{6}", code):
        raise Refused(OTP)
    return code


def secours(text: str) -> str:
    """«abcde-fghjk», whatever the case and the signs; empty stays empty."""
    typed = in_figures(tidied(text))
    code = re.sub(r"\W+|_", "", typed).lower()
    if typed and not re.fullmatch(r"[a-z0-9]{10}", code):
        raise Refused(SECOURS)
    return f"{code[:5]}-{code[5:]}" if code else ""
