"""The directory as a ROR would publish it: the folder that the simulator serves, made of our own rows.

Each établissement with a FINESS number, its entité juridique, its open units as offers of two places each.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from annuaire.models import Element, Etablissement, Unite
from annuaire.natures import Nature
from viatraj.demo.ror import formes
from viatraj.demo.ror.depot import TYPES
from viatraj.demo.ror.formes import coded, coding, concept, extension, resource

SLICE = 2_000  # établissements at once
CHAMPS = {Nature.MCO: "01", Nature.USP: "01", Nature.HAD: "01", Nature.SMR: "02"}  # TRE_R227
MEDICO_SOCIAL = "04"
PERIOD = "http://hl7.org/fhir/StructureDefinition/organization-period"
SHEET = (
    "id finess nom categorie adresse code_postal commune cog_id latitude longitude fiche "
    "coordination__region__code"
).split()
UNIT = "id etablissement_id nom cle_offre type_offre nature mode age_min age_max fiche".split()
NATURES = {"lits": "01", "places": "02"}


def make(folder: Path, *, now: datetime, broken: str = "") -> None:
    """Once: what a run has changed there since is kept."""
    if not (folder / "HealthcareService.ndjson").exists():
        write(folder, now=now, broken=broken)


def write(folder: Path, *, now: datetime, regions: tuple[str, ...] = (), broken: str = "") -> Counter[str]:
    """How many resources of each type. `regions`: codes, all of them when there are none.

    `broken`: FINESS number of an établissement whose offers refer to places that are not there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    counts: Counter[str] = Counter()
    with ExitStack() as stack:
        files = {
            name: stack.enter_context((folder / f"{name}.part").open("w", encoding="utf-8")) for name in TYPES
        }
        for one in resources(now=now, regions=regions, broken=broken):
            counts[one["resourceType"]] += 1
            files[one["resourceType"]].write(json.dumps(one, ensure_ascii=False) + "\n")
    for name in TYPES:
        (folder / f"{name}.part").replace(folder / f"{name}.ndjson")
    return counts


def resources(*, now: datetime, regions: tuple[str, ...] = (), broken: str = "") -> Iterator[dict]:
    sheets = Etablissement.objects.filter(closed_at=None, finess__isnull=False).order_by("pk")
    if regions:
        sheets = sheets.filter(coordination__region__code__in=regions)
    written: set[str] = set()
    last = 0
    while rows := list(sheets.filter(pk__gt=last).values(*SHEET)[:SLICE]):
        last = rows[-1]["id"]
        units = _units(rows)
        for row in rows:
            world = {
                "maj": now - timedelta(days=row["id"] % 300),
                "region": row["coordination__region__code"],
            }
            yield from _structure(row, written, world)
            for unit, elements in units[row["id"]]:
                offre, *places = _offre(row, unit, elements, world)
                yield from (offre, *(places if row["finess"] != broken else ()))


def _units(rows: list[dict]) -> dict[int, list[tuple[dict, list]]]:
    found = list(
        Unite.objects.filter(closed_at=None, etablissement__in=[row["id"] for row in rows])
        .order_by("pk")
        .values(*UNIT)
    )
    elements = defaultdict(list)
    asked = Element.objects.filter(unite__in=[one["id"] for one in found]).order_by("pk")
    for unite, champ, nomenclature, code in asked.values_list("unite", "champ", "nomenclature", "code"):
        elements[unite].append((champ, nomenclature, code))
    units: dict[int, list[tuple[dict, list]]] = defaultdict(list)
    for one in found:
        units[one["etablissement_id"]].append((one, elements[one["id"]]))
    return units


def _structure(row: dict, written: set[str], world: dict) -> Iterator[dict]:
    fiche = row["fiche"]
    above = fiche.get("ej_finess") or f"98{row['finess'][2:]}"
    if above not in written:
        written.add(above)
        yield resource(
            "Organization",
            f"ej-{above}",
            **world,
            identifier=[formes.number("1", above, "https://finess.esante.gouv.fr")],
            type=[concept("TRE_R72", fiche.get("ej_statut") or "13")],
            name=fiche.get("ej_nom") or row["nom"],
        )
    numbers = [
        formes.number("40", f"1{row['finess']}", "urn:oid:1.2.250.1.71.4.2.2"),
        formes.number("1", row["finess"], "https://finess.esante.gouv.fr"),
    ]
    if fiche.get("siret"):
        numbers.append(formes.number("3", fiche["siret"], "https://sirene.fr"))
    day = fiche.get("ouverture")
    opened = [extension(PERIOD, valuePeriod={"start": day})] if day else []
    at = (row["latitude"], row["longitude"]) if row["latitude"] is not None else None
    yield resource(
        "Organization",
        f"eg-{row['finess']}",
        **world,
        extension=[
            extension("ror-meta-creation-date", valueDateTime="2023-12-09T14:30:00+01:00"),
            *opened,
        ],
        identifier=numbers,
        type=[concept("TRE_R66", row["categorie"])] if row["categorie"] else None,
        name=row["nom"],
        address=[
            formes.address(row["adresse"], row["code_postal"], row["commune"], cog=row["cog_id"] or "", at=at)
        ],
        partOf={"reference": f"Organization/ej-{above}"},
        contact=[
            formes.contact("06", **{code: fiche.get(code, "") for code in ("telephone", "email", "site")})
        ],
    )


def _offre(row: dict, unit: dict, elements: list, world: dict) -> Iterator[dict]:
    key = unit["cle_offre"] or f"{world['region']}/{unit['id']:07}"
    identity = f"o-{unit['id']}"
    codes: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for champ, nomenclature, code in elements:
        if nomenclature.startswith("TRE_"):
            codes[champ].append((nomenclature, code))
    yield resource(
        "HealthcareService",
        identity,
        **world,
        extension=_extensions(unit, codes),
        identifier=[{"type": concept("TRE_R355", "35"), "value": key}],
        providedBy={"reference": f"Organization/eg-{row['finess']}"},
        category=[concept("TRE_R244", unit["type_offre"])] if unit["type_offre"] else None,
        type=[concept("TRE_R227", CHAMPS.get(unit["nature"], MEDICO_SOCIAL))],
        specialty=[concept(*one) for one in codes["activites"]],
        location=[{"reference": f"Location/l-{unit['id']}-{n}"} for n in (1, 2)],
        name=unit["nom"],
        characteristic=_characteristics(unit, codes),
    )
    equipment = [
        extension("ror-location-equipment", extension=[coded("equipmentType", *one)])
        for one in codes["ressources"]
        if one[0] == "TRE_R212"
    ]
    beds = [
        formes.capacity(NATURES.get(one.get("nature"), "01"), int(one.get("nombre") or 0), world["maj"])
        for one in unit["fiche"].get("capacites", ())
    ]
    for n, (fonction, more) in enumerate((("001", [*beds, *equipment]), ("002", [])), 1):
        yield _location(f"l-{unit['id']}-{n}", f"{key}-{n}", fonction, more, row, world)


def _extensions(unit: dict, codes: dict) -> list[dict]:
    ages: list[dict[str, Any]] = []
    if unit["age_min"] is not None and unit["age_max"] is not None:
        bounds = {"low": {"value": unit["age_min"]}, "high": {"value": unit["age_max"]}}
        ages = [extension("ageRange", valueRange=bounds)]
    publics = [coded("supportedPatientInfo", *one) for one in codes["publics"]]
    contacts = [
        formes.contact_of_offre(
            "06", one.get("telephone", ""), one.get("email", ""), one.get("confidentialite") or "1"
        )
        for one in unit["fiche"].get("contacts", ())
    ]
    patients = [*ages, *publics]
    return [
        extension("ror-healthcareservice-sensitive-unit", valueBoolean=False),
        *([extension("ror-healthcareservice-patient-type", extension=patients)] if patients else []),
        *contacts,
    ]


def _characteristics(unit: dict, codes: dict) -> list[dict]:
    acts = extension("ror-act-type", valueCode="specificAct")
    told = [concept("TRE_R213", unit["mode"])] if unit["mode"] else []
    told += [concept(*one) for one in codes["temporalites"]]
    for one in codes["ressources"]:
        if one[0] == "TRE_R210":
            told.append({"extension": [acts], **concept(*one)})
        elif one[0] == "TRE_R243":
            told.append(concept(*one))
    return told


def _location(identity: str, key: str, fonction: str, more: list, row: dict, world: dict) -> dict:
    position = None
    if row["latitude"] is not None:
        position = {"longitude": row["longitude"], "latitude": row["latitude"]}
    cog = extension("ror-commune-cog", valueCodeableConcept={"coding": [coding("TRE_R13", row["cog_id"])]})
    return resource(
        "Location",
        identity,
        **world,
        extension=[*([cog] if row["cog_id"] else []), *more],
        identifier=[{"type": concept("TRE_R354", "25"), "value": key}],
        status="active",
        name=row["nom"],
        type=[concept("TRE_R343", fonction)],
        address=formes.address(row["adresse"], row["code_postal"], row["commune"]),
        position=position,
    )
