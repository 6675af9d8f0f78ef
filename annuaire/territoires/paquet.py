"""Reads a folder of `@etalab/decoupage-administratif` as npm unpacks it: package.json and data/*.json.

What it says of a year: README of the package (version 6 is the COG of 2026, 5 that of 2025…).
"""

import json
import re
from pathlib import Path
from typing import Any

from annuaire.territoires.valeurs import Ancienne, Collectivite, Commune, Epci, Refused, Region, Territoire
from viatraj.core.reading import reads

NAME = "@etalab/decoupage-administratif"
VERSION = re.compile(r"([1-9]\d?)\.\d{1,3}\.\d{1,3}", re.ASCII)
BEFORE_VERSION_1 = 2020
LARGEST = 64 * 2**20  # bytes; communes.json has 8.6 million
PARTS = {
    "commune-deleguee": "deleguee",
    "commune-associee": "associee",
    "arrondissement-municipal": "arrondissement",
}
# Former codes that the package leaves out and FINESS, or a birth, still writes: when Saint-Barthélemy and
# Saint-Martin left Guadeloupe (2007), when Mayotte became a département (2011).
LEFT_OUT = {"97123": "97701", "97127": "97801", **{f"985{n:02d}": f"976{n:02d}" for n in range(1, 18)}}
UNREADABLE = "Ce dossier n’est pas un paquet de découpage administratif lisible."


@reads(Refused, lambda: Refused(UNREADABLE))
def read(folder: Path) -> Territoire:
    """The territory that the package of this folder describes; Refused when it is cut, or another one."""
    about = _json(folder / "package.json")
    if not isinstance(about, dict) or about.get("name") != NAME:
        raise Refused(f"Ce dossier n’est pas celui du paquet {NAME}.")
    version = VERSION.fullmatch(str(about.get("version")))
    if not version:
        raise Refused("La version du paquet n’est pas lisible.")
    listed = {
        name: _json(folder / "data" / f"{name}.json")
        for name in ("regions", "departements", "epci", "communes")
    }
    epci_of = {member["code"]: one["code"] for one in listed["epci"] for member in one["membres"]}
    living = [one for one in listed["communes"] if one["type"] == "commune-actuelle"]
    return Territoire(
        annee=BEFORE_VERSION_1 + int(version[1]),
        version=version[0],
        regions=_sorted(Region(one["code"], _nom(one)) for one in listed["regions"]),
        departements=_sorted(
            Collectivite(one["code"], one["region"], _nom(one)) for one in listed["departements"]
        ),
        epci=_sorted(Epci(one["code"], one["type"], _nom(one)) for one in listed["epci"]),
        communes=_sorted(_commune(one, epci_of) for one in living),
        anciennes=_sorted(_anciennes(listed["communes"], living)),
    ).check()


def _json(path: Path) -> Any:
    try:
        if path.stat().st_size > LARGEST:
            raise Refused(f"Le fichier {path.name} est démesuré.")
        return json.loads(path.read_bytes())
    except OSError as error:
        raise Refused(f"Le fichier {path.name} manque, ou ne se lit pas.") from error
    except ValueError as error:
        raise Refused(f"Le fichier {path.name} est coupé ou abîmé.") from error


def _sorted(rows) -> tuple:
    return tuple(sorted(rows, key=lambda one: one.code))


def _nom(one: dict[str, Any]) -> str:
    return one["nom"].strip().replace("'", "’")


def _commune(one: dict[str, Any], epci_of: dict[str, str]) -> Commune:
    population = one.get("population")
    return Commune(
        one["code"],
        one["departement"],
        epci_of.get(one["code"], ""),
        None if population is None else int(population),
        tuple(one.get("codesPostaux", ())),
        _nom(one),
    )


def _anciennes(listed, living) -> list[Ancienne]:
    """One a code. A part of a commune of today says more than a list of former codes; a code that two
    communes have had, once one and then apart again, is that of the most populous."""
    found: dict[str, Ancienne] = {}
    for one in sorted(living, key=lambda one: one.get("population", 0)):
        for code in one.get("anciensCodes", ()):
            found[code] = Ancienne(code, "ancienne", one["code"], "")
    alive = {one["code"] for one in living}
    for code, into in LEFT_OUT.items():
        if into in alive:
            found[code] = Ancienne(code, "ancienne", into, "")
    for one in listed:
        if one["type"] in PARTS:
            into = one["commune"] if "commune" in one else one["chefLieu"]
            found[one["code"]] = Ancienne(one["code"], PARTS[one["type"]], into, _nom(one))
    return list(found.values())
