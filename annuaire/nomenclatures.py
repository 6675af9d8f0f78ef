"""Reads a nomenclature as it is published: csv «code;libelle…», or the ANS’s CodeSystem in JSON (ANN-1).

Pure: no database. Whatever is wrong is said by `Refused`, in one sentence. A csv says neither its version
nor whether it is whole: `SOURCES.csv` beside it does, with its source and licence, or who loads it.
"""

import csv
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from annuaire.fiches.donnees import is_code
from viatraj.core import saisie
from viatraj.core.reading import reads, why
from viatraj.core.saisie.caracteres import plain
from viatraj.core.typography import counted

FOLDERS = tuple(Path(__file__).parent / "donnees" / name for name in ("nos", "listes"))
SOURCES = "SOURCES.csv"
LARGEST_FILE = 64 * 2**20
MOST = 50_000
LONGEST = {"libelle": 300, "groupe": 100}
VERSION = re.compile(r"\d{8}(\d{6})?", re.ASCII)
NAMED = re.compile(r"([A-Z]{3}_[A-Z]\d{1,4}|[A-Z]{4,20})(?=[-.])")
COLUMNS = {"code", "libelle", "groupe", "debut", "fin"}
DAMAGED = "Le fichier est coupé, abîmé, ou d’une autre forme que celle des nomenclatures."


class Refused(ValueError):
    """The file is not taken; the sentence is for the operator."""


@dataclass(frozen=True)
class Terme:
    code: str
    libelle: str
    groupe: str = ""
    debut: date | None = None
    fin: date | None = None


@dataclass(frozen=True)
class Publication:
    """`version`: AAAAMMJJ, or with its time; empty when nobody says it. `complete`: not an extract."""

    code: str
    nom: str
    version: str
    complete: bool
    sha256: str
    termes: tuple[Terme, ...]

    @property
    def day(self) -> date:
        return date.fromisoformat(self.version[:8])


@reads(Refused, lambda: Refused(DAMAGED))
def read(path: str | Path, *, version: str = "", extract: bool = False) -> Publication:
    """`version` and `extract` are said by who loads it, where the file does not."""
    path = Path(path)
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise Refused(f"Le fichier {path.name} est démesuré pour une nomenclature.")
        raw = path.read_bytes()
    except OSError as error:
        raise Refused(f"Le fichier {path.name} ne se lit pas\u00a0: {why(error)}.") from error
    text = _decoded(raw)
    found = _of_json(text) if text.lstrip()[:1] == "{" else _of_csv(path, text)
    said = replace(
        found,
        sha256=hashlib.sha256(raw).hexdigest(),
        version=version or found.version,
        complete=found.complete and not extract,
    )
    return _checked(said)


def shipped() -> list[tuple[Path, str, str]]:
    """Path, code and version of each file that comes with the product."""
    return [
        (folder / one["fichier"], _code_of(one["fichier"]), one["version"])
        for folder in FOLDERS
        for one in _sources(folder).values()
    ]


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused("Le texte du fichier n’est pas de l’UTF-8.") from error


def _checked(said: Publication) -> Publication:
    if not VERSION.fullmatch(said.version):
        raise Refused("Le fichier ne dit pas sa version\u00a0: donnez-la avec --date AAAA-MM-JJ.")
    try:
        said.day  # noqa: B018, its date exists
    except ValueError as error:
        raise Refused(f"La version {said.version} n’est pas une date.") from error
    if not said.termes:
        raise Refused("Cette nomenclature n’a aucun code.")
    if len(said.termes) > MOST:
        raise Refused(f"Cette nomenclature a plus de {MOST} codes.")
    known: set[str] = set()
    for one in said.termes:
        if one.code in known:
            raise Refused(f"Le code {one.code} y figure deux fois.")
        known.add(one.code)
    return said


def _terme(code: Any, libelle: Any, groupe: Any = "", debut: Any = "", fin: Any = "") -> Terme:
    if not is_code(code):
        raise Refused(f"Un code n’en est pas un\u00a0: «\u00a0{_short(code)}\u00a0».")
    texts = {"libelle": _plain(libelle), "groupe": _plain(groupe)}
    if not texts["libelle"]:
        raise Refused(f"Le code {code} n’a pas de libellé.")
    if any(len(text) > LONGEST[name] for name, text in texts.items()):
        raise Refused(f"Le libellé du code {code} est trop long.")
    begun, ended = _day(code, debut), _day(code, fin)
    if begun and ended and begun > ended:
        begun = ended  # some are published so
    return Terme(code, debut=begun, fin=ended, **texts)


def _day(code: str, text: Any) -> date | None:
    """Of «2018-10-26» or «2018-10-26T12:00:00+01:00»."""
    try:
        return date.fromisoformat(str(text)[:10]) if text else None
    except ValueError as error:
        raise Refused(f"Le code {code} a une date illisible.") from error


def _plain(text: Any) -> str:
    try:
        return plain(str(text or ""))
    except saisie.Refused as error:
        raise Refused(f"«\u00a0{_short(text)}\u00a0»\u00a0: {error}") from error


def _short(text: Any) -> str:
    return "".join(one if one.isprintable() else "?" for one in str(text))[:40]


# --- csv -----------------------------------------------------------------------------------------


def _of_csv(path: Path, text: str) -> Publication:
    code = _code_of(path.name)
    if not code:
        raise Refused(
            "Le nom du fichier ne dit pas quelle est la nomenclature\u00a0: il commence par son code, "
            "«\u00a0TRE_R66-CategorieEtablissement.csv\u00a0»."
        )
    source = _sources(path.parent).get(path.name, {})
    nom = source.get("nom") or path.stem.removeprefix(code).removesuffix(".extrait").strip("-. ")
    complete = source["complete"] == "oui" if source else ".extrait" not in path.name
    return Publication(code, nom or code, source.get("version", ""), complete, "", tuple(_rows(text)))


def _code_of(name: str) -> str:
    found = NAMED.match(name)
    return found[1] if found else ""


def _rows(text: str) -> Iterator[Terme]:
    rows = csv.reader(text.splitlines(), delimiter=";", strict=True)
    try:
        header = [title.strip().casefold() for title in next(rows, [])]
        for name in ("code", "libelle"):
            if name not in header:
                raise Refused(f"Il manque la colonne «\u00a0{name}\u00a0» dans l’en-tête.")
        if strangers := [name for name in header if name not in COLUMNS]:
            raise Refused(f"La colonne «\u00a0{_short(strangers[0])}\u00a0» n’est pas d’une nomenclature.")
        for row in rows:
            if len(row) != len(header):
                raise Refused(
                    f"Ligne {rows.line_num}\u00a0: {counted(len(row), 'champ')} au lieu de {len(header)} "
                    "(ligne tronquée\u202f?)."
                )
            yield _terme(**dict(zip(header, row, strict=True)))
    except csv.Error as error:
        raise Refused(f"Ligne {rows.line_num}\u00a0: un guillemet y est mal refermé.") from error


def _sources(folder: Path) -> dict[str, dict[str, str]]:
    """What stands beside the files of a folder, by name of file."""
    path = folder / SOURCES
    if not path.is_file():
        return {}
    rows = csv.DictReader(path.read_text(encoding="utf-8").splitlines(), delimiter=";", strict=True)
    return {row["fichier"]: row for row in rows}


# --- JSON ----------------------------------------------------------------------------------------


def _of_json(text: str) -> Publication:
    said = json.loads(text)
    if said.get("resourceType") != "CodeSystem":
        raise Refused("Ce fichier JSON n’est pas une nomenclature de l’ANS (CodeSystem).")
    if said.get("content") not in ("complete", "fragment", "example"):
        raise Refused("Cette nomenclature est publiée sans ses codes.")
    name = str(said.get("name") or str(said.get("id")).replace("-", "_", 1))
    code = _code_of(f"{name}.")
    if not code:
        raise Refused("Le fichier ne dit pas quelle est la nomenclature.")
    return Publication(
        code,
        _plain(said.get("description") or said.get("title") or code)[:200],
        _version(said),
        said["content"] == "complete",
        "",
        tuple(_concepts(said.get("concept") or [], "")),
    )


def _version(said: dict[str, Any]) -> str:
    """Its own when it is a date, as in the newer packages; else the day that it bears."""
    if VERSION.fullmatch(version := str(said.get("version"))):
        return version
    return str(said.get("date", ""))[:10].replace("-", "")


def _concepts(listed: list[dict[str, Any]], groupe: str) -> Iterator[Terme]:
    """Concepts inside another have it as their group."""
    for one in listed:
        properties = {
            found["code"]: found.get("valueDateTime") or found.get("valueDate")
            for found in one.get("property", ())
        }
        yield _terme(
            one["code"], one.get("display"), groupe, properties.get("dateValid"), properties.get("dateFin")
        )
        yield from _concepts(one.get("concept") or [], _plain(one.get("display"))[: LONGEST["groupe"]])
