"""A ROR of our own, small: its folder, its server, and a time that passes when somebody waits."""

import json
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from annuaire.ror.acces import Acces
from annuaire.ror.client import Client
from tests.annuaire.ror_files import BASE, concept, extension
from viatraj.demo.ror.serveur import CLIENT, SECRET, Ror

BEGAN = datetime(2026, 11, 29, 6, tzinfo=UTC)
REGION = "76"
OFFRES = 25  # three pages of ten


class Temps:
    """`sleep` and `clock` of a client; the server’s clock goes with them."""

    def __init__(self):
        self.seconds, self.slept = 0.0, []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds

    def clock(self) -> float:
        return self.seconds

    def of_the_server(self) -> float:
        return BEGAN.timestamp() + self.seconds

    @property
    def now(self) -> datetime:
        return BEGAN + timedelta(seconds=self.seconds)


def meta(maj: datetime, region: str) -> dict:
    return {"lastUpdated": maj.isoformat(), "tag": concept("TRE_R30-RegionOM", region)["coding"]}


def resources(*, offres: int = OFFRES, sites: int = 3, region: str = REGION, days: int = 0) -> list[dict]:
    """One entité juridique, its sites, their offers, each with its location and somebody who works there.

    The offer number n was changed n hours before the server began; `days`: all of it so many before.
    """
    old = BEGAN - timedelta(days=days + 30)
    made: list[dict] = [
        {"resourceType": "Organization", "id": f"ej-{region}", "meta": meta(old, region), "name": "CH"}
    ]
    for n in range(sites):
        number = {"type": concept("TRE_G07-TypeIdentifiantStructure", "1"), "value": f"{31 + n}0000{n:03}"}
        made.append(
            {
                "resourceType": "Organization",
                "id": f"eg-{region}-{n}",
                "meta": meta(old, region),
                "identifier": [number],
                "name": f"Site {n}",
                "partOf": {"reference": f"Organization/ej-{region}"},
            }
        )
    for n in range(offres):
        maj = BEGAN - timedelta(days=days, hours=n)
        made += [
            {
                "resourceType": "HealthcareService",
                "id": f"o-{region}-{n}",
                "meta": meta(maj, region) | {"profile": [f"{BASE}ror-healthcareservice"]},
                "extension": [extension("ror-healthcareservice-sensitive-unit", valueBoolean=False)],
                "identifier": [{"value": f"{region}/{n:07}"}],
                "providedBy": {"reference": f"Organization/eg-{region}-{n % sites}"},
                "location": [{"reference": f"Location/l-{region}-{n}"}],
                "name": f"Unité {n}, « l’été »",
            },
            {"resourceType": "Location", "id": f"l-{region}-{n}", "meta": meta(maj, region)},
            {
                "resourceType": "PractitionerRole",
                "id": f"r-{region}-{n}",
                "meta": meta(maj, region),
                "practitioner": {"reference": f"Practitioner/p-{region}"},
                "healthcareService": [{"reference": f"HealthcareService/o-{region}-{n}"}],
            },
        ]
    return [*made, {"resourceType": "Practitioner", "id": f"p-{region}", "meta": meta(old, region)}]


def write(folder: Path, made: list[dict]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for genre in {one["resourceType"] for one in made}:
        told = [json.dumps(one, ensure_ascii=False) for one in made if one["resourceType"] == genre]
        (folder / f"{genre}.ndjson").write_text("\n".join(told) + "\n")
    return folder


def acces(ror: Ror, **fields) -> Acces:
    known = {
        "url": ror.url,
        "token_url": ror.token_url,
        "client_id": CLIENT,
        "secret": SECRET,
        "par_page": ror.a_page,
        "plafond": ror.ceiling,
    }
    return Acces(**(known | fields))


class World:
    """A folder that is served, and somebody who asks."""

    def __init__(self, ror: Ror, temps: Temps):
        self.ror, self.temps = ror, temps

    def client(self, **fields) -> Client:
        return Client(acces(self.ror, **fields), sleep=self.temps.sleep, clock=self.temps.clock)


@contextmanager
def world(
    folder: Path,
    made: list[dict] | None = None,
    *,
    panne: str = "",
    ceiling: int = 10_000,
    a_page: int = 10,
):
    temps = Temps()
    write(folder, resources() if made is None else made)
    ror = Ror(folder, panne=panne, clock=temps.of_the_server, a_page=a_page, ceiling=ceiling)
    with ror.running():
        yield World(ror, temps)


def names(found) -> list[str]:
    return sorted(f"{one['resourceType']}/{one['id']}" for one in found)
