"""The reference file: a line an item, fields apart by tabs, its kind first; compressed (xz).

`M` year, version · `R` code, nom · `D` code, region, nom · `E` code, nature, nom ·
`C` code, departement, epci, population, codes postaux, nom · `A` code, nature, commune, nom.
"""

import hashlib
import lzma
from collections.abc import Callable
from dataclasses import astuple
from pathlib import Path

from annuaire.territoires.valeurs import Ancienne, Collectivite, Commune, Epci, Refused, Region, Territoire
from viatraj.core.reading import reads

DEFAULT = Path(__file__).parent.parent / "donnees" / "territoire" / "territoire.tsv.xz"
LARGEST = 16 * 2**20  # bytes, unpacked; a year has about 1.4 million
DAMAGED = "Le fichier du territoire est coupé, abîmé, ou d’une autre forme."
KINDS = {"R": Region, "D": Collectivite, "E": Epci, "A": Ancienne}


def write(territoire: Territoire, path: Path) -> None:
    """All of it or nothing: the former file stands until the new one is whole."""
    meanwhile = path.with_suffix(".new")
    meanwhile.write_bytes(lzma.compress(text_of(territoire).encode(), preset=9 | lzma.PRESET_EXTREME))
    meanwhile.replace(path)


def text_of(territoire: Territoire) -> str:
    """The same text for the same territory."""
    rows = {
        "R": territoire.regions,
        "D": territoire.departements,
        "E": territoire.epci,
        "A": territoire.anciennes,
    }
    lines = [("M", str(territoire.annee), territoire.version)]
    lines += [(kind, *astuple(one)) for kind in "RDE" for one in rows[kind]]
    for one in territoire.communes:
        people = "" if one.population is None else str(one.population)
        lines.append(("C", one.code, one.departement, one.epci, people, " ".join(one.codes_postaux), one.nom))
    lines += [("A", *astuple(one)) for one in rows["A"]]
    return "".join("\t".join(line) + "\n" for line in lines)


@reads(Refused, lambda: Refused(DAMAGED))
def read(path: Path) -> tuple[Territoire, str]:
    """The territory, and the SHA-256 of its file."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise Refused(f"Le fichier {path.name} manque, ou ne se lit pas.") from error
    unpacker = lzma.LZMADecompressor(memlimit=256 * 2**20)
    text = unpacker.decompress(raw, max_length=LARGEST)
    if not unpacker.eof or unpacker.unused_data:
        raise Refused(DAMAGED)
    return _territoire(text.decode()).check(), hashlib.sha256(raw).hexdigest()


def _territoire(text: str) -> Territoire:
    lines = [line.split("\t") for line in text.removesuffix("\n").split("\n")]
    (_, annee, version), rest = lines[0], lines[1:]

    def those(kind: str, make: Callable) -> tuple:
        return tuple(make(*fields) for one, *fields in rest if one == kind)

    return Territoire(
        int(annee),
        version,
        *(those(kind, KINDS[kind]) for kind in "RDE"),
        those("C", _commune),
        those("A", Ancienne),
    )


def _commune(code: str, departement: str, epci: str, people: str, postal: str, nom: str) -> Commune:
    return Commune(code, departement, epci, int(people) if people else None, tuple(postal.split()), nom)
