"""The folder, `<type>.ndjson` with one resource a line and `*.json`, read as a search of the ROR asks."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import NamedTuple

from viatraj.demo.ror import pannes

TYPES = ("Organization", "Location", "HealthcareService", "PractitionerRole", "Practitioner")
FINESS = "1"


class Line(NamedTuple):
    """Where a resource stands in its file, in bytes."""

    file: Path
    at: int
    size: int


Place = Line | None


@dataclass(slots=True)
class Connue:
    """A resource by what it is sought with; its text stays in its file, or is `told` when it is in none."""

    name: str
    maj: datetime
    region: str
    refs: tuple[str, ...]
    finess: str
    place: Place
    told: bytes

    def text(self) -> bytes:
        if self.place is None:
            return self.told
        with self.place.file.open("rb") as file:
            file.seek(self.place.at)
            return file.read(self.place.size)


def known(resource: dict, place: Place) -> Connue:
    return Connue(
        f"{resource['resourceType']}/{resource['id']}",
        datetime.fromisoformat(resource["meta"]["lastUpdated"]),
        next((tag["code"] for tag in resource["meta"].get("tag", ())), ""),
        tuple(_references(resource)),
        _finess(resource),
        place,
        b"" if place else json.dumps(resource, ensure_ascii=False).encode(),
    )


class Depot:
    """What the folder holds, read anew when it changes; `panne`: a fault of its content."""

    def __init__(self, folder: Path):
        self.folder, self.panne = Path(folder), ""
        self.by_type: dict[str, dict[str, Connue]] = {name: {} for name in TYPES}
        self.stamp: tuple = ()
        self.lock = Lock()
        self.roles: dict[str, list[Connue]] = {}

    def change(self, panne: str) -> None:
        with self.lock:
            self.panne, self.stamp = panne if panne in pannes.CONTENU else "", ()

    def fresh(self) -> "Depot":
        """Read once by whoever comes first; others wait, or go on with what they have."""
        with self.lock:
            stamp = tuple((path.name, path.stat().st_mtime_ns, path.stat().st_size) for path in self._files())
            if stamp != self.stamp:
                self._load()
                self.stamp = stamp
        return self

    def _files(self) -> list[Path]:
        return sorted([*self.folder.glob("*.ndjson"), *self.folder.glob("*.json")])

    def _load(self) -> None:
        by_type: dict[str, dict[str, Connue]] = {name: {} for name in TYPES}
        for resource, place in self._wrong() if self.panne else self._told():
            one = known(resource, place)
            by_type[resource["resourceType"]][one.name] = one
        roles: dict[str, list[Connue]] = {}
        for role in by_type["PractitionerRole"].values():
            for offre in role.refs:
                roles.setdefault(offre, []).append(role)
        self.by_type, self.roles = by_type, roles

    def _told(self) -> Iterator[tuple[dict, Place]]:
        for path in self._files():
            for at, size, resource in lines(path):
                yield resource, Line(path, at, size) if path.suffix == ".ndjson" else None

    def _wrong(self) -> Iterator[tuple[dict, Place]]:
        held: dict[str, list[dict]] = {name: [] for name in TYPES}
        for resource, _ in self._told():
            held[resource["resourceType"]].append(resource)
        for resources in pannes.changed(self.panne, held).values():
            yield from ((one, None) for one in resources)

    def offres(self, *, region: str = "", since: datetime | None = None, finess: str = "") -> list[Connue]:
        """Offers in the order of their names."""
        return [
            one
            for one in self.by_type["HealthcareService"].values()
            if (not region or one.region == region)
            and (since is None or any(held.maj >= since for held in (one, *self.above(one))))
            and (not finess or any(held.finess.startswith(finess) for held in self.above(one)))
        ]

    def above(self, offre: Connue) -> Iterator[Connue]:
        """The organizations that it hangs on, from the nearest; a cycle is walked once."""
        waiting, met = list(offre.refs), set()
        while waiting:
            name = waiting.pop()
            found = self.by_type["Organization"].get(name)
            if found and name not in met:
                met.add(name)
                waiting += found.refs
                yield found

    def beside(self, offres: Iterable[Connue]) -> list[Connue]:
        """What comes along with them, each once."""
        found: dict[str, Connue] = {}
        for offre in offres:
            near = [*self.above(offre), *(self._of("Location", offre.refs)), *self.roles.get(offre.name, ())]
            people = [one for role in near[:] for one in self._of("Practitioner", role.refs)]
            found |= {one.name: one for one in (*near, *people)}
        return list(found.values())

    def _of(self, genre: str, names: Iterable[str]) -> list[Connue]:
        return [self.by_type[genre][name] for name in names if name in self.by_type[genre]]


def lines(path: Path) -> Iterator[tuple[int, int, dict]]:
    """(offset, size, resource) of each line, or of the one resource of a file, or of each of a Bundle."""
    if path.suffix == ".json":
        held = json.loads(path.read_bytes())
        inside = (
            [one["resource"] for one in held.get("entry", ())]
            if held.get("resourceType") == "Bundle"
            else [held]
        )
        yield from ((0, 0, one) for one in inside if one.get("resourceType") in TYPES)
        return
    at = 0
    with path.open("rb") as file:
        for line in file:
            if line.strip():
                yield at, len(line.rstrip(b"\n")), json.loads(line)
            at += len(line)


def _references(resource: dict) -> Iterator[str]:
    for name in ("partOf", "providedBy", "practitioner"):
        if name in resource:
            yield resource[name]["reference"]
    for name in ("location", "healthcareService"):
        yield from (one["reference"] for one in resource.get(name, ()))


def _finess(resource: dict) -> str:
    if resource["resourceType"] != "Organization":
        return ""
    for one in resource.get("identifier", ()):
        if any(coding.get("code") == FINESS for coding in one.get("type", {}).get("coding", ())):
            return one["value"]
    return ""


def region_of(asked: dict[str, list[str]]) -> str:
    """Of `_tag`, or of the one inside `_typeFilter`."""
    said = (asked.get("_tag") or asked.get("_typeFilter") or [""])[0]
    return said.rpartition("|")[2] if "TRE-R30-RegionOM|" in said else ""
