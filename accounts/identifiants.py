"""The ways to write an identifiant (CON-4): login, national number, prefixed or bare, spaces or none."""

import re


def spellings(typed: str) -> list[str]:
    """All stored forms that what was typed may mean: «99 0045 77512» is also 8 + RPPS and 0 + Adeli."""
    plain = re.sub(r"[\s.\u00a0\u202f]+", "", typed)
    forms = {plain.lower(), plain.upper()}
    if re.fullmatch(r"\d{11}", plain):
        forms.add(f"8{plain}")
    if re.fullmatch(r"[0-9][0-9ABab]\d{7}", plain):
        forms.add(f"0{plain.upper()}")
    return sorted(forms)
