"""What a line calls a dossier: the same in one file, another in the next, so that two cannot be joined."""

import base64
import hashlib
from typing import Any

LETTERS = 10  # 50 bits


def pseudonyme(cle: bytes, kind: str, key: Any) -> str:
    """Keyed by the order: who has no key finds nothing back, whatever he knows of numbers."""
    digest = hashlib.blake2b(f"{kind}|{key}".encode(), key=cle[:64], digest_size=8).digest()
    return base64.b32encode(digest).decode()[:LETTERS]
