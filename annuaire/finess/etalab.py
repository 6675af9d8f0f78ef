"""The csv of FINESS, last published in May 2026: `structureet` lines, then `geolocalisation` (ANN-1)."""

import csv
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import date
from typing import TextIO

from annuaire.finess import positions
from annuaire.finess.valeurs import (
    CODE_POSTAL,
    DAMAGED,
    OVERSEAS,
    Lecture,
    Refused,
    Site,
    clean,
    finess,
)
from viatraj.core.reading import reads
from viatraj.core.typography import counted

HEADER = "finess;etalab;"
STRUCTURE, GEO = "structureet", "geolocalisation"
WIDTHS = {STRUCTURE: 32, GEO: 6}
MOST = 600_000  # lines; a whole file has about 210,000
# Ranks in a `structureet` line, whose first field is its kind.
NAMES = (
    "kind finess ej_finess rs rslongue complrs compldistrib numvoie typvoie voie compvoie lieuditbp commune "
    "departement libdepartement acheminement telephone telecopie categorie libcategorie agregat libagregat "
    "siret ape mft libmft sph libsph ouverture autorisation maj uai"
).split()
LEFT = set("kind complrs libdepartement telecopie libcategorie autorisation maj uai".split())
LEFT |= set("agregat libagregat ape mft libmft sph libsph".split())
FINESS, CATEGORIE = NAMES.index("finess"), NAMES.index("categorie")
READ = {name: rank for rank, name in enumerate(NAMES) if name not in LEFT}
Opened = Callable[[], AbstractContextManager[TextIO]]


def day(header: str) -> date | None:
    """Of «finess;etalab;111;2026-05-12»."""
    try:
        return date.fromisoformat(header.strip().split(";")[3])
    except (IndexError, ValueError):
        return None


@reads(Refused, lambda: Refused(DAMAGED))
def sites(notes: Counter[str], file: Opened, wanted: frozenset[str] | None) -> Iterator[Site]:
    """Twice through the file: positions stand after the structures that they are of."""
    with file() as text:
        metres = dict(_positions(text))
    lecture = Lecture(notes)
    with file() as text:
        for number, row in _rows(text, STRUCTURE):
            where, categorie = f"Ligne {number}\u00a0: ", row[CATEGORIE].strip()
            if wanted is None or categorie in wanted:
                yield _site(lecture, row, metres, where)
            else:
                yield Site(finess(row[FINESS].strip(), where=where), "")


def _positions(text: TextIO) -> Iterator[tuple[str, tuple[str, str]]]:
    for _, row in _rows(text, GEO):
        yield row[1], (row[2].strip(), row[3].strip())


def _rows(text: TextIO, wanted: str) -> Iterator[tuple[int, list[str]]]:
    """(number of its line, fields) of one kind; every line is checked."""
    next(text, "")
    rows = csv.reader(text, delimiter=";", strict=True)
    try:
        for row in rows:
            if rows.line_num > MOST:
                raise Refused(f"Le fichier a plus de {MOST} lignes\u00a0: ce n’est pas celui de FINESS.")
            width = WIDTHS.get(row[0] if row else "")
            if width is None:
                raise Refused(
                    f"Ligne {rows.line_num + 1}\u00a0: elle n’est ni «\u00a0{STRUCTURE}\u00a0» ni "
                    f"«\u00a0{GEO}\u00a0»."
                )
            if len(row) != width:
                raise Refused(
                    f"Ligne {rows.line_num + 1}\u00a0: {counted(len(row), 'champ')} au lieu de {width} "
                    "(ligne tronquée\u202f?)."
                )
            if row[0] == wanted:
                yield rows.line_num + 1, row
    except csv.Error as error:
        raise Refused(f"Ligne {rows.line_num + 1}\u00a0: un guillemet y est mal refermé.") from error


def _site(lecture: Lecture, row: list[str], metres: dict[str, tuple[str, str]], where: str) -> Site:
    said = {name: clean(row[rank], where=where) for name, rank in READ.items()}
    number = finess(said["finess"], where=where)
    departement = OVERSEAS.get(said["departement"], said["departement"])
    postal = CODE_POSTAL.match(said["acheminement"])
    position, word = positions.place(departement, degrees=("", ""), metres=metres.get(number, ("", "")))
    if word:
        lecture.notes[word] += 1
    latitude, longitude = position or (None, None)
    return Site(
        number,
        departement,
        nom=said["rslongue"] or said["rs"],
        categorie=lecture.code(said["categorie"], "categorie"),
        siret=lecture.siret(said["siret"]),
        ej_finess=lecture.ej_finess(said["ej_finess"]),
        ouverture=lecture.jour(said["ouverture"]),
        adresse=_adresse(said),
        code_postal=postal[1] if postal else "",
        commune=said["acheminement"].removeprefix(postal[1] if postal else "").strip()[:100],
        cog=lecture.cog(departement[:2] + said["commune"]),
        telephone=lecture.telephone(said["telephone"]),
        latitude=latitude,
        longitude=longitude,
    )


def _adresse(said: dict[str, str]) -> str:
    """As published: «TH» then «E…» in a street is not mended."""
    street = " ".join(filter(None, (said["numvoie"], said["compvoie"], said["typvoie"], said["voie"])))
    return "\n".join(filter(None, (said["compldistrib"], street, said["lieuditbp"])))
