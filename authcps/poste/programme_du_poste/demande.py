"""What a site asks for, and the bytes that the card signs for it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

DOMAIN = "VT-AUTH-CARTE-v1"
WORDS = re.compile(r"[A-Za-z0-9_-]{1,64}")
FIELDS = ("origine", "defi", "nonce", "tentative", "emis", "retour")


class Refused(Exception):
    """Its text is for the person in front of the workstation."""


@dataclass(frozen=True)
class Demande:
    origine: str
    defi: str
    nonce: str
    tentative: str
    emis: str
    retour: str

    @classmethod
    def of(cls, given: dict[str, str], sites: Iterable[str]) -> "Demande":
        """Raises Refused unless a site of ours asks, and asks to come back to itself."""
        asked = cls(**{name: given.get(name, "") for name in FIELDS})
        if asked.origine not in sites:
            raise Refused("Ce site n’est pas autorisé à lire votre carte.")
        words = (asked.defi, asked.nonce, asked.tentative, asked.emis)
        if _site_of(asked.retour) != asked.origine or not all(map(WORDS.fullmatch, words)):
            raise Refused("La demande du site est incomplète. Recommencez depuis la page de connexion.")
        return asked

    def message(self) -> bytes:
        """Each field after its length on 4 bytes: none can run into the next one."""
        fields = (DOMAIN, self.origine, self.defi, self.nonce, self.tentative, self.emis)
        return b"".join(len(raw).to_bytes(4, "big") + raw for raw in map(str.encode, fields))


def _site_of(address: str) -> str:
    """Empty when it is no address: `https://[` is enough to make Python raise."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}"
