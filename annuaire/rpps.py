"""Reads the national extraction as the ANS publishes it (ANN-5): a .txt, or the .zip that holds it.

Pure: no database. Whatever is wrong is said by `Refused`, in one sentence, with the line's number.
"""

import hashlib
import io
import re
import zipfile
import zlib
from binascii import hexlify
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from operator import add
from pathlib import Path
from typing import BinaryIO

from annuaire.lignes import LONGEST_LINE, Format, Refused
from viatraj.core.reading import reads, why
from viatraj.core.typography import counted

BLOCK = 2**15  # bytes read at once: they stay near the processor
LARGEST_FILE = 8 * 2**30
HIGHEST_RATIO = 100  # the published zip has about 10

MAIN = re.compile(r"PS_LibreAcces_Personne_activite_\d{12}\.txt")
SISTER = re.compile(r"PS_LibreAcces_(SavoirFaire|Dipl_AutExerc)_\d{12}\.txt")
STAMP = re.compile(r"_(20\d{6})\d{4}\.")

# Field of Activite → names of its column: the one of 2026 first, then those that were seen elsewhere.
REQUIRED = {
    "idnat": ("Identification nationale PP",),
    "nom": ("Nom d'exercice",),
    "prenom": ("Prénom d'exercice",),
    "profession": ("Code profession",),
    "categorie": ("Code catégorie professionnelle",),
    "code_postal": ("Code postal (coord. structure)",),
    "commune": ("Libellé commune (coord. structure)",),
}
OPTIONAL = {
    "savoir_faire_type": ("Code type savoir-faire",),
    "savoir_faire": ("Code savoir-faire",),
    "savoir_faire_label": ("Libellé savoir-faire",),
    "mode": ("Code mode exercice", "Code mode d'exercice"),
    "finess": ("Numéro FINESS site",),
    "structure": ("Identifiant technique de la structure",),
    "raison_sociale": ("Raison sociale site",),
    "secteur": ("Code secteur d'activité",),
    "numero_voie": ("Numéro Voie (coord. structure)",),
    "indice_voie": ("Indice répétition voie (coord. structure)",),
    "type_voie": ("Libellé type de voie (coord. structure)",),
    "voie": ("Libellé Voie (coord. structure)",),
}
COLUMNS = [*REQUIRED, *OPTIONAL]
RESTRICTED_WIDTHS = (49, 50)
UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, OSError)


DAMAGED = "Le fichier est abîmé ou illisible."


@dataclass
class Extraction:
    """An open extraction. `day` is the date in its name, or None; `layout` tells one header from another.

    `lines` and `duplicates` are counted while `unknown` reads.
    """

    file_name: str
    day: date | None
    sha256: str
    layout: str
    format: Format
    file: BinaryIO
    lines: int = 0
    duplicates: int = 0

    @reads(Refused, lambda: Refused(DAMAGED))
    def unknown(self, known: dict[bytes, bool]) -> Iterator[bytes]:
        """The lines of the file that are new, some at a time, for PostgreSQL's COPY (text, delimiter «|»).

        A row is the line's MD5, then the fields of `format.columns`. `known` maps MD5 → was it seen in this
        file?; each line read sets its own to True, and a line that is known already is not taken apart.
        """
        try:
            for block in iter(self._block, b""):
                yield self._rows(*self._sorted_out(block, known))
        except UNREADABLE as error:
            raise Refused(f"Le fichier est abîmé ou illisible\u00a0: {error}.") from error

    def _block(self) -> bytes:
        """Whole lines, unless the last one is too long."""
        return self.file.read(BLOCK) + self.file.readline(LONGEST_LINE)

    def _sorted_out(self, block: bytes, known: dict[bytes, bool]) -> tuple[dict[int, bytes], list[bytes]]:
        """(lines by their number, their MD5 in letters) of those that are new."""
        lines = block.removesuffix(b"\n").split(b"\n")
        if b"\r" in block:
            lines = [line.rstrip(b"\r") for line in lines]
        fresh, hashes, md5 = {}, [], hashlib.md5
        for number, line in enumerate(lines, self.lines + 2):  # after the header, from 1 on
            digest = md5(line, usedforsecurity=False).digest()
            seen = known.get(digest)
            known[digest] = True
            if seen is None:
                fresh[number] = line
                hashes.append(hexlify(digest))
            else:
                self.duplicates += seen
        self.lines += len(lines)
        return fresh, hashes

    def _rows(self, fresh: dict[int, bytes], hashes: list[bytes]) -> bytes:
        rows = self.format.rows(fresh) if fresh else []
        ended = self.format.end.join([*map(add, hashes, rows), b""])
        return ended.replace(b"\\", b"\\\\").replace(b"\r", b"\\r")


@contextmanager
def opened(path) -> Iterator[Extraction]:
    """The extraction in `path`, its header read and accepted. What fails in the caller's hands is his."""
    with ExitStack() as kept:
        yield _open(Path(path), kept)


@reads(Refused, lambda: Refused(DAMAGED))
def _open(path: Path, kept: ExitStack) -> Extraction:
    """`kept` closes what stays open."""
    try:
        raw = kept.enter_context(path.open("rb"))
        sha256 = hashlib.file_digest(raw, "sha256").hexdigest()
        raw.seek(0)
        name, file = _main_file(path, raw, kept)
        return _accepted(name, file, sha256)
    except OSError as error:
        raise Refused(f"Le fichier {path.name} ne se lit pas\u00a0: {why(error)}.") from error


def _main_file(path, raw, kept):
    """(name, binary file) of the extraction itself: the .txt, or the one inside the .zip."""
    if not raw.read(2):
        raise Refused(f"Le fichier {path.name} est vide.")
    raw.seek(0)
    if path.suffix.lower() != ".zip" and not zipfile.is_zipfile(path):
        return path.name, raw
    try:
        archive = kept.enter_context(zipfile.ZipFile(raw))
        member = _main_member(archive)
        return member.filename, io.BufferedReader(kept.enter_context(archive.open(member)), 2**20)
    except (zipfile.BadZipFile, NotImplementedError) as error:
        raise Refused(f"L’archive {path.name} est abîmée ou illisible\u00a0: {error}.") from error


def _main_member(archive) -> zipfile.ZipInfo:
    main = []
    for member in archive.infolist():
        if MAIN.fullmatch(member.filename):
            main.append(member)
        elif not SISTER.fullmatch(member.filename):
            raise Refused(
                f"L’archive contient un fichier inattendu\u00a0: «\u00a0{_short(member.filename)}\u00a0»."
            )
        if member.flag_bits & 0x1:
            raise Refused(f"«\u00a0{member.filename}\u00a0» est chiffré dans l’archive.")
        if member.file_size > min(LARGEST_FILE, HIGHEST_RATIO * max(member.compress_size, 100)):
            raise Refused(f"«\u00a0{member.filename}\u00a0» est démesuré une fois décompressé.")
    if len(main) != 1:
        raise Refused(
            f"L’archive contient {counted(len(main), 'fichier')} "
            "«\u00a0PS_LibreAcces_Personne_activite\u00a0» au lieu d’un seul."
        )
    return main[0]


def _accepted(name: str, file, sha256: str) -> Extraction:
    raw = _header_line(file)
    header = [_column(title) for title in _decoded(raw).split("|")]
    width = len(header)
    titles = header[:-1] if header[-1] == "" else header
    _refuse_restricted(name, titles)
    where = {title: place for place, title in enumerate(titles)}
    if len(where) != len(titles):
        raise Refused("L’en-tête nomme deux fois la même colonne.")
    places = {column: _place(where, names) for column, names in (REQUIRED | OPTIONAL).items()}
    for column, names in REQUIRED.items():
        if places[column] is None:
            raise Refused(f"Il manque la colonne «\u00a0{names[0]}\u00a0» dans l’en-tête.")
    layout = hashlib.md5("|".join(header).encode(), usedforsecurity=False).hexdigest()
    return Extraction(name, _day(name), sha256, layout, Format(width, places), file)


def _header_line(file) -> bytes:
    try:
        return file.readline(LONGEST_LINE).rstrip(b"\r\n")
    except UNREADABLE as error:
        raise Refused(f"Le fichier est abîmé ou illisible\u00a0: {error}.") from error


def _refuse_restricted(name, titles):
    born = any("naissance" in title for title in titles)
    if born or len(titles) in RESTRICTED_WIDTHS or name.startswith("Extraction_ProSanteConnect"):
        raise Refused(
            "C’est l’extraction restreinte (50 colonnes, données de naissance et de contact)\u00a0: "
            "seule l’extraction en libre accès (56 colonnes) est acceptée."
        )


def _place(where: dict[str, int], names: tuple[str, ...]) -> int | None:
    return next((where[_column(name)] for name in names if _column(name) in where), None)


def _column(title: str) -> str:
    """Spelled alike whatever the case, the apostrophe and the spaces."""
    return " ".join(title.replace("’", "'").casefold().split())


def _decoded(header: bytes) -> str:
    try:
        return header.decode().removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise Refused("Ligne 1\u00a0: le texte n’est pas de l’UTF-8.") from error


def _day(name: str) -> date | None:
    stamp = STAMP.search(name)
    try:
        return date.fromisoformat(stamp[1]) if stamp else None
    except ValueError:
        return None


def _short(name: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in name)[:80]
