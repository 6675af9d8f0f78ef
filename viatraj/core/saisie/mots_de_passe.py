"""Passwords: the same keys are the same password on every machine (NIST SP 800-63B, 3.1.1.2)."""

import unicodedata

LONGEST = 128
TOO_LONG = f"Le mot de passe compte plus de {LONGEST} caractères."


def read(text: str) -> str:
    """In Unicode's compatible form (NFKC); spaces and all signs count. Refuses nothing."""
    return unicodedata.normalize("NFKC", text)


def typed(text: str) -> str:
    """As it stands: `ways` then says what it may have been hashed as."""
    return text


def ways(text: str) -> tuple[str, ...]:
    """As it is hashed now; then as it was typed, which older hashes were made of."""
    return tuple(dict.fromkeys((read(text), text)))
