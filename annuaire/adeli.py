"""Reads correspondences ADELI → RPPS, as the ANS publishes them: «N° ADELI;N° RPPS», ISO-8859-1 (ANN-5).

Pure: no database. Whatever is wrong is said by `Refused`, with the line's number.
"""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from viatraj.core.reading import reads, why

LARGEST_FILE = 128 * 2**20
HEADER = re.compile(r"n. ?adeli;n. ?rpps;?", re.IGNORECASE)
LINE = re.compile(r"([0-9][0-9AB][0-9]{7}) *; *([0-9]{11}) *;?", re.ASCII)
DAMAGED = "Le fichier est abîmé, ou d’une autre forme que celle des correspondances ADELI → RPPS."


class Refused(ValueError):
    """The file is not taken; the sentence is for the operator."""


@dataclass(frozen=True)
class Correspondances:
    """`pairs`: national numbers, 0+ADELI and 8+RPPS, each pair once, in the order of the file."""

    file_name: str
    sha256: str
    encodage: str
    lignes: int
    pairs: tuple[tuple[str, str], ...]


@reads(Refused, lambda: Refused(DAMAGED))
def read(path: str | Path) -> Correspondances:
    path = Path(path)
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise Refused(f"Le fichier {path.name} est démesuré pour des correspondances.")
        raw = path.read_bytes()
    except OSError as error:
        raise Refused(f"Le fichier {path.name} ne se lit pas\u00a0: {why(error)}.") from error
    text, encodage = _decoded(raw)
    header, *lines = text.splitlines() or [""]
    if not HEADER.fullmatch(header.strip()):
        raise Refused("La première ligne n’est pas «\u00a0N° ADELI;N° RPPS\u00a0».")
    pairs = tuple(_pair(number, line) for number, line in enumerate(lines, 2) if line.strip())
    if not pairs:
        raise Refused("Le fichier n’a que son en-tête.")
    sha256 = hashlib.sha256(raw).hexdigest()
    return Correspondances(path.name, sha256, encodage, len(pairs), tuple(dict.fromkeys(pairs)))


def _decoded(raw: bytes) -> tuple[str, str]:
    try:
        return raw.decode("utf-8-sig"), "UTF-8"
    except UnicodeDecodeError:
        return raw.decode("iso-8859-1"), "ISO-8859-1"


def _pair(number: int, line: str) -> tuple[str, str]:
    found = LINE.fullmatch(line.strip())
    if found is None:
        raise Refused(
            f"Ligne {number}\u00a0: ce n’est pas un numéro ADELI (neuf caractères), puis un numéro RPPS "
            "(onze chiffres)."
        )
    return f"0{found[1]}", f"8{found[2]}"
