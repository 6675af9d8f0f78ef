"""The territory of the repository, changed for a test, as a file or as the package it comes from."""

import json
import lzma
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from django.db import connection

from annuaire.models import Commune, CommuneAncienne, Coordination, Departement, Epci, Millesime, Region
from annuaire.territoires import Territoire, fichier, paquet
from journal.models import Entry

TABLES = (Region, Departement, Epci, Commune, CommuneAncienne, Millesime, Coordination, Entry)
TYPES = {nature: kind for kind, nature in paquet.PARTS.items()}
SMALL = ("2A", "76", "973")


@cache
def real() -> Territoire:
    return fichier.read(fichier.DEFAULT)[0]


@cache
def small() -> Territoire:
    """Three of its départements; `valeurs.FEWEST_COMMUNES` forbids it elsewhere."""
    whole = real()
    communes = tuple(one for one in whole.communes if one.departement in SMALL)
    codes, epci = {one.code for one in communes}, {one.epci for one in communes}
    return replace(
        whole,
        departements=tuple(one for one in whole.departements if one.code in SMALL),
        epci=tuple(one for one in whole.epci if one.code in epci),
        communes=communes,
        anciennes=tuple(one for one in whole.anciennes if one.commune in codes),
    )


def written(folder: Path, **changes) -> Path:
    """The small one with these parts instead, as a file; `annee=2027, communes=…`."""
    path = folder / f"territoire-{len(list(folder.iterdir()))}.tsv.xz"
    path.write_bytes(packed(fichier.text_of(replace(small(), **changes))))
    return path


def packed(text: str) -> bytes:
    return lzma.compress(text.encode(), preset=0)


def without(*codes: str) -> tuple:
    """The communes of today but these."""
    return tuple(one for one in small().communes if one.code not in codes)


def package(folder: Path, territoire: Territoire | None = None, **about) -> Path:
    """The small one as the package's folder, as npm would unpack it."""
    made = territoire or small()
    (folder / "data").mkdir(parents=True)
    listed = {
        "regions": [{"code": one.code, "nom": one.nom} for one in made.regions],
        "departements": [
            {"code": one.code, "region": one.region, "nom": one.nom} for one in made.departements
        ],
        "epci": [_epci(one, made) for one in made.epci],
        "communes": _communes(made),
    }
    for name, rows in listed.items():
        (folder / "data" / f"{name}.json").write_text(json.dumps(rows, ensure_ascii=False))
    said = {"name": paquet.NAME, "version": made.version} | about
    (folder / "package.json").write_text(json.dumps(said))
    return folder


def some(*codes: str) -> None:
    """Rows of these communes, of their départements and former codes alone, for tests that need a few."""
    made = real()
    communes = [one for one in made.communes if one.code in codes]
    named = {one.code: one for one in made.departements}
    regions = {one.code: one.nom for one in made.regions}
    for code in {one.departement for one in communes}:
        region, _ = Region.objects.get_or_create(code=named[code].region, nom=regions[named[code].region])
        Departement.objects.get_or_create(code=code, defaults={"nom": named[code].nom, "region": region})
    Commune.objects.bulk_create(
        Commune(
            code=one.code,
            nom=one.nom,
            codes_postaux=list(one.codes_postaux),
            population=one.population,
            departement_id=one.departement,
        )
        for one in communes
    )
    CommuneAncienne.objects.bulk_create(
        CommuneAncienne(code=one.code, nature=one.nature, commune_id=one.commune, nom=one.nom)
        for one in made.anciennes
        if one.commune in codes
    )


@cache
def tiny() -> Territoire:
    """Some communes of one département, as readers of broken bytes are given by the thousand."""
    made = small()
    communes = tuple(one for one in made.communes if one.departement == "973")
    codes, epci = {one.code for one in communes}, {one.epci for one in communes}
    return replace(
        made,
        departements=tuple(one for one in made.departements if one.code == "973"),
        epci=tuple(one for one in made.epci if one.code in epci),
        communes=communes,
        anciennes=tuple(one for one in made.anciennes if one.commune in codes | {"97613"})
        or (paquet.Ancienne("97300", "ancienne", communes[0].code, ""),),
    )


@cache
def tiny_text() -> str:
    return fichier.text_of(tiny())


@cache
def tiny_package() -> dict[str, bytes]:
    """Its files, by their path."""
    with TemporaryDirectory() as folder:
        made = package(Path(folder) / "package", territoire=tiny())
        return {str(one.relative_to(made)): one.read_bytes() for one in made.rglob("*.json")}


@cache
def _members(made: Territoire) -> dict[str, list]:
    found: dict[str, list] = {}
    for one in made.communes:
        found.setdefault(one.epci, []).append({"code": one.code})
    return found


def _epci(one, made):
    return {"code": one.code, "nom": one.nom, "type": one.nature, "membres": _members(made)[one.code]}


def _communes(made: Territoire) -> list[dict]:
    former: dict[str, list] = {}
    for one in made.anciennes:
        if one.nature == "ancienne" and one.code not in paquet.LEFT_OUT:
            former.setdefault(one.commune, []).append(one.code)
    living = [
        {"code": one.code, "nom": one.nom, "type": "commune-actuelle", "departement": one.departement}
        | ({"codesPostaux": list(one.codes_postaux)} if one.codes_postaux else {})
        | ({} if one.population is None else {"population": one.population})
        | ({"anciensCodes": former[one.code]} if one.code in former else {})
        for one in made.communes
    ]
    parts = [
        {"code": one.code, "nom": one.nom, "type": TYPES[one.nature]}
        | {"commune" if one.nature == "arrondissement" else "chefLieu": one.commune}
        for one in made.anciennes
        if one.nature in TYPES
    ]
    return living + parts


def everything():
    """What all its tables hold, as one digest each."""
    with connection.cursor() as cursor:
        for model in TABLES:
            table = model._meta.db_table
            cursor.execute(f"SELECT md5(string_agg(one::text, '|' ORDER BY one::text)) FROM {table} one")
            yield table, cursor.fetchone()[0]
