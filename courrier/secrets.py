"""Bodies that only their addressee may read: encrypted at rest."""

import json

from viatraj.core import sealing

PURPOSE = "courrier.secret"


def seal(text: str, html: str) -> bytes:
    return sealing.seal(PURPOSE, json.dumps([text, html]).encode())


def unseal(body: bytes) -> tuple[str, str]:
    """Raises cryptography.fernet.InvalidToken when no key of ours fits."""
    text, html = json.loads(sealing.unseal(PURPOSE, body))
    return text, html
