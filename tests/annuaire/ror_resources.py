"""Invented resources of the ROR, as it publishes them (FHIR R4, exposition model 3)."""

import json
from datetime import UTC, datetime

from annuaire.ror.sources import Source

NOS = "https://mos.esante.gouv.fr/NOS/{0}/FHIR/{0}"
ROR = "https://interop.esante.gouv.fr/ig/fhir/ror/StructureDefinition/"
FINESS, OTHER = "990000116", "990000124"
MAJ = datetime(2026, 11, 20, 9, tzinfo=UTC)
NAMES = {
    "TRE_R66": "TRE_R66-CategorieEtablissement",
    "TRE_R72": "TRE_R72-FinessStatutJuridique",
    "TRE_R210": "TRE_R210-ActeSpecifique",
    "TRE_R211": "TRE_R211-ActiviteOperationnelle",
    "TRE_R212": "TRE_R212-Equipement",
    "TRE_R213": "TRE_R213-ModePriseEnCharge",
    "TRE_R227": "TRE_R227-ChampActivite",
    "TRE_R243": "TRE_R243-CompetenceSpecifique",
    "TRE_R244": "TRE_R244-CategorieOrganisation",
    "TRE_R329": "TRE_R329-NatureCapacite",
    "TRE_R330": "TRE_R330-StatutCapacite",
    "TRE_R283": "TRE_R283-NiveauConfidentialite",
    "TRE_R287": "TRE_R287-NatureContact",
    "TRE_R200": "TRE_R200-CanalCommunication",
    "TRE_R30": "TRE_R30-RegionOM",
    "TRE_G07": "TRE_G07-TypeIdentifiantStructure",
}


def coded(nomenclature, code, display=None):
    found = {"system": NOS.format(NAMES[nomenclature]), "code": code}
    return {"coding": [found | ({"display": display} if display else {})]}


def extension(name, **value):
    return {"url": name if name[0] != "r" else f"{ROR}{name}", **value}


def concept(name, nomenclature, code, display=None):
    return extension(name, valueCodeableConcept=coded(nomenclature, code, display))


def meta(maj=MAJ, region=None):
    tags = [{"system": NOS.format(NAMES["TRE_R30"]), "code": region}] if region else []
    return {"lastUpdated": maj.isoformat(), "profile": [f"{ROR}ror-organization"]} | (
        {"tag": tags} if tags else {}
    )


def ej(number="1", *, nom="Hospices d’Arvigne"):
    return {
        "resourceType": "Organization",
        "id": f"ej{number}",
        "meta": meta(),
        "identifier": [{"type": coded("TRE_G07", "1"), "value": f"99000{number:0>4}"}],
        "type": [coded("TRE_R72", "13", "Établissement public communal")],
        "name": nom,
    }


def eg(finess=FINESS, *, number="1", region=None, maj=MAJ, **said):
    known = {
        "resourceType": "Organization",
        "id": f"eg{finess}",
        "meta": meta(maj, region),
        "identifier": [{"type": coded("TRE_G07", "1"), "value": finess}],
        "type": [coded("TRE_R66", "355", "Centre hospitalier")],
        "partOf": {"reference": f"Organization/ej{number}"},
        "name": "Centre hospitalier d’Arvigne",
        "address": [{"line": ["1 place de l’Invention"], "city": "Arvigne", "postalCode": "99001"}],
    }
    return known | said


def offre(cle="99/001", finess=FINESS, *, nom="SMR gériatrique", maj=MAJ, lits=None, **said):
    """With its place as `Location/l<id>` when it has beds."""
    known = {
        "resourceType": "HealthcareService",
        "id": f"hs{cle.replace('/', '-')}",
        "meta": meta(maj),
        "identifier": [{"value": cle}],
        "providedBy": {"reference": f"Organization/eg{finess}"},
        "type": [coded("TRE_R227", "02")],
        "category": [coded("TRE_R244", "101", "SMR gériatrie")],
        "specialty": [coded("TRE_R211", "001", "Médecine gériatrique")],
        "characteristic": [coded("TRE_R213", "28", "Hospitalisation complète (HC)")],
        "name": nom,
    }
    if lits is not None:
        known["location"] = [{"reference": f"Location/l{cle.replace('/', '-')}"}]
    return known | said


def lieu(cle="99/001", *, lits=20, maj=MAJ, **said):
    parts = [
        concept("capacityType", "TRE_R329", "01"),
        concept("capacityStatus", "TRE_R330", "01"),
        extension("nbCapacity", valueInteger=lits),
    ]
    known = {
        "resourceType": "Location",
        "id": f"l{cle.replace('/', '-')}",
        "meta": meta(maj),
        "name": "Pavillon Sud",
        "extension": [extension("ror-location-supported-capacity", extension=parts)],
        "address": {"line": ["2 place de l’Invention"], "city": "Arvigne", "postalCode": "99001"},
    }
    return known | said


def contact(fonction="Secrétariat", *, telephone="01 99 00 12 34", level="1"):
    """Of an offer."""
    telecom = [
        concept("ror-telecom-communication-channel", "TRE_R200", "2"),
        extension("telecomAddress", valueString=telephone),
        concept("ror-telecom-confidentiality-level", "TRE_R283", level),
    ]
    parts = [
        concept("purposeContact", "TRE_R287", "02", fonction),
        concept("ror-confidentiality-level", "TRE_R283", level),
        extension("ror-healthcareservice-contact-telecom", extension=telecom),
    ]
    return extension("ror-healthcareservice-contact", extension=parts)


def hospital(*offres, finess=FINESS, **said):
    """An établissement with its entité juridique."""
    return [ej(), eg(finess, **said), *offres]


def write(folder, resources, name="tout.ndjson"):
    folder.mkdir(exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    lines = [json.dumps(one, ensure_ascii=False) for one in resources]
    (folder / name).write_text("\n".join(lines), encoding="utf-8")
    return folder


class Held(Source):
    """Resources in memory. `at`: the server’s clock."""

    def __init__(self, resources, *, niveau=1, at=None):
        super().__init__("relevé d’essai", niveau)
        self.held, self.at = list(resources), at

    def ask(self, depuis, *, now):
        self.horloge = self.at
        self.told = (self.memoire.read(json.dumps(one)) for one in self.held)
