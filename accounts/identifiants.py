"""The ways to write an identifiant (CON-4): login, national number, prefixed or bare, spaces or none."""

import re
import unicodedata

from viatraj.core.saisie import numeros
from viatraj.core.saisie.caracteres import tidied

LONGEST_LOGIN = 30


def spellings(typed: str) -> list[str]:
    """All stored forms that the typed text may stand for, with 8 (RPPS) or 0 (Adeli) before a bare number."""
    plain = re.sub(r"\s+", "", numeros.in_figures(tidied(typed)))
    forms = {form for one in (plain, numeros.squeezed(typed)) for form in (one.lower(), one.upper())}
    bare = numeros.squeezed(typed)
    if re.fullmatch(r"\d{11}", bare):
        forms.add(f"8{bare}")
    if re.fullmatch(r"[0-9][0-9AB]\d{7}", bare):
        forms.add(f"0{bare}")
    if re.fullmatch(r"\d{8}", bare):  # an Adeli of the first nine départements, in a spreadsheet
        forms.add(f"00{bare}")
    return sorted(forms)


def login_base(prenom: str, nom: str) -> str:
    """«Anaïs», «D’Almeida» → adalmeida; a letter first, so that no national number looks like it."""
    first, last = _latin(prenom), _latin(nom)
    return f"{first[:1]}{last}"[:LONGEST_LOGIN] if last else f"u{first}"[:LONGEST_LOGIN]


def _latin(text: str) -> str:
    bare = unicodedata.normalize("NFKD", text.replace("œ", "oe").replace("Œ", "OE")).casefold()
    return re.sub(r"[^a-z]", "", bare)
