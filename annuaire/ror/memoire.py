"""Resources that a former complete run has read: the same text again needs no second reading (ANN-7).

What is remembered is pure: nothing of it hangs on the day or on our tables.
"""

import hashlib
from collections.abc import Mapping
from typing import NamedTuple

from annuaire.ror import strict
from annuaire.ror.refus import Json


class Souvenir(NamedTuple):
    """A resource whose text is known. `dit`: what was kept of it, as `sites.Index` writes it."""

    empreinte: str
    dit: str
    texte: str


class Dite(dict):
    """A resource that has just been read, with its text."""

    __slots__ = ("empreinte", "texte")

    def __init__(self, said: Json, empreinte: str, texte: str):
        super().__init__(said)
        self.empreinte, self.texte = empreinte, texte


Recue = Json | Souvenir


class Memoire:
    """By the digest of a text. `salt`: what its reading hangs on besides the text."""

    def __init__(self):
        self.salt, self.connues = b"", {}

    def learn(self, salt: str, connues: Mapping[str, str]) -> None:
        self.salt, self.connues = salt.encode(), connues

    def read(self, texte: str) -> Json | Souvenir:
        """Strictly, when nobody has read it before."""
        empreinte = hashlib.md5(self.salt + texte.encode(), usedforsecurity=False).hexdigest()
        dit = self.connues.get(empreinte)
        if dit is not None:
            return Souvenir(empreinte, dit, texte)
        return Dite(strict.parsed(texte), empreinte, texte)
