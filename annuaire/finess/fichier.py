"""Opens what FINESS publishes: which of its formats, of which day, in which encoding."""

import codecs
import hashlib
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import TextIO

from annuaire.finess import etalab, plus
from annuaire.finess.valeurs import DAMAGED, Refused, Site
from viatraj.core.reading import reads, why

LARGEST_FILE = 2 * 2**30  # FINESS+ has about 0.5
BLOCK = 2**20
UTF8, LATIN = "utf-8-sig", "iso-8859-15"
ENCODAGES = {UTF8: "UTF-8", LATIN: "ISO-8859-15"}
CSV, JSON = "csv", "FINESS+"


@dataclass
class Publication:
    """A file that was looked at. `notes`: what `sites` has left out of it, by word, counted as it reads."""

    path: Path
    format: str
    sha256: str
    encoding: str
    day: date | None
    notes: Counter[str] = field(default_factory=Counter)

    @property
    def encodage(self) -> str:
        return ENCODAGES[self.encoding]

    def sites(self, categories: Collection[str] | None = None) -> Iterator[Site]:
        """Every site of the file, one after the other; a fault anywhere is `Refused`.

        Of those of other categories only the number is read, and whether they are closed.
        """
        self.notes.clear()
        file, none = partial(_text, self.path, self.encoding), True
        wanted = None if categories is None else frozenset(categories)
        if self.format == CSV:
            found = etalab.sites(self.notes, file, wanted)
        else:
            found = plus.sites(self.notes, self.day, file, wanted)
        for site in found:
            none = False
            yield site
        if none:
            raise Refused("Le fichier ne contient aucun établissement.")


@reads(Refused, lambda: Refused(DAMAGED))
def opened(path: str | Path) -> Publication:
    """Its format, day and encoding; its sites are still to be read."""
    path = Path(path)
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise Refused(f"Le fichier {path.name} est démesuré\u00a0: ce n’est pas celui de FINESS.")
        sha256, encoding = _digest(path)
        with _text(path, encoding) as file:
            kind = _format(file)
        with _text(path, encoding) as file:
            day = etalab.day(file.readline(BLOCK)) if kind == CSV else plus.day(plus.heading(file))
    except OSError as error:
        raise Refused(f"Le fichier {path.name} ne se lit pas\u00a0: {why(error)}.") from error
    return Publication(path, kind, sha256, encoding, day)


def _text(path: Path, encoding: str) -> TextIO:
    return path.open(encoding=encoding, newline="")


def _digest(path: Path) -> tuple[str, str]:
    """SHA-256, and the encoding of the whole file: UTF-8 if all of it is, else that of the old files."""
    digest, decoder, encoding = hashlib.sha256(), codecs.getincrementaldecoder("utf-8")(), UTF8
    with path.open("rb") as file:
        for block in iter(partial(file.read, BLOCK), b""):
            digest.update(block)
            if b"\0" in block:
                raise Refused("Le fichier n’est pas un texte\u00a0: donnez-le décompressé, en UTF-8.")
            if encoding == UTF8:
                try:
                    decoder.decode(block)
                except UnicodeDecodeError:
                    encoding = LATIN
    return digest.hexdigest(), encoding


def _format(file: TextIO) -> str:
    start = file.read(200).lstrip()
    if start.startswith(etalab.HEADER):
        return CSV
    if start.startswith("{"):
        return JSON
    if start.startswith("<"):
        raise Refused("Le flux XML de FINESS n’est pas lu\u00a0: donnez le csv ou le JSON publié.")
    raise Refused("Ce fichier n’est ni le csv de FINESS, qui commence par «\u00a0finess\u00a0», ni son JSON.")
