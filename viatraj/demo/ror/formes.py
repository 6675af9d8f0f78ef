"""Resources as the ROR writes them, made of plain values; profiles `ror-…` of its implementation guide."""

from datetime import datetime

GUIDE = "https://interop.esante.gouv.fr/ig/fhir/ror/StructureDefinition/"
NOS = "https://mos.esante.gouv.fr/NOS"
NAMES = {
    "TRE_G07": "TypeIdentifiantStructure",
    "TRE_R13": "CommuneOM",
    "TRE_R30": "RegionOM",
    "TRE_R66": "CategorieEtablissement",
    "TRE_R72": "FinessStatutJuridique",
    "TRE_R200": "CanalCommunication",
    "TRE_R210": "ActeSpecifique",
    "TRE_R211": "ActiviteOperationnelle",
    "TRE_R212": "Equipement",
    "TRE_R213": "ModePriseEnCharge",
    "TRE_R227": "ChampActivite",
    "TRE_R239": "PublicPrisEnCharge",
    "TRE_R240": "TemporaliteAccueil",
    "TRE_R243": "CompetenceSpecifique",
    "TRE_R244": "CategorieOrganisation",
    "TRE_R283": "NiveauConfidentialite",
    "TRE_R287": "NatureContact",
    "TRE_R329": "NatureCapacite",
    "TRE_R330": "TypeStatutCapacite",
    "TRE_R331": "TemporaliteCapacite",
    "TRE_R343": "FonctionLieu",
    "TRE_R354": "TypeIdentifiantRessourceOperationnelle",
    "TRE_R355": "TypeIdentifiantOffre",
}
PHONE, MAIL, SITE = "2", "3", "5"  # TRE_R200


def coding(nomenclature: str, code: str, display: str = "") -> dict:
    name = f"{nomenclature}-{NAMES.get(nomenclature, nomenclature)}"
    system = f"{NOS}/{name}/FHIR/{name.replace('_', '-', 1)}"
    return {"system": system, "code": code, **({"display": display} if display else {})}


def concept(nomenclature: str, code: str, display: str = "") -> dict:
    return {"coding": [coding(nomenclature, code, display)]}


def extension(name: str, **value) -> dict:
    """`name`: «ror-…» of the guide, the plain word of a part, or a whole address."""
    return {"url": GUIDE + name if name.startswith("ror-") else name, **value}


def coded(name: str, nomenclature: str, code: str) -> dict:
    return extension(name, valueCodeableConcept=concept(nomenclature, code))


def resource(genre: str, identity: str, *, maj: datetime, region: str, **fields) -> dict:
    """What is None or empty is left out, as FHIR wants it."""
    about = {
        "lastUpdated": maj.isoformat(timespec="milliseconds"),
        "profile": [f"{GUIDE}ror-{genre.lower()}"],
        "tag": [coding("TRE_R30", region)],
    }
    told = {name: value for name, value in fields.items() if value not in (None, "", [], {})}
    return {"resourceType": genre, "id": identity, "meta": about, **told}


def number(kind: str, value: str, system: str = "") -> dict:
    """Of a structure (TRE_G07)."""
    return {"type": concept("TRE_G07", kind), **({"system": system} if system else {}), "value": value}


def address(voie: str, code_postal: str, commune: str, *, cog: str = "", at=None) -> dict:
    beside = []
    if at:
        geolocation = [
            {"url": "latitude", "valueDecimal": at[0]},
            {"url": "longitude", "valueDecimal": at[1]},
        ]
        beside.append(
            {"url": "http://hl7.org/fhir/StructureDefinition/geolocation", "extension": geolocation}
        )
    if cog:
        url = "https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-address-insee-code"
        beside.append({"url": url, "valueCoding": coding("TRE_R13", cog)})
    lines = [one for one in (*voie.splitlines(), f"{code_postal} {commune}") if one.strip()]
    told = {"extension": beside, "line": lines, "city": commune, "postalCode": code_postal}
    return {name: value for name, value in told.items() if value}


def told_by(canal: str, confidentialite: str) -> list[dict]:
    return [
        coded("ror-telecom-communication-channel", "TRE_R200", canal),
        coded("ror-telecom-confidentiality-level", "TRE_R283", confidentialite),
    ]


def contact(nature: str, telephone: str, email: str, site: str, confidentialite: str = "1") -> dict:
    """Of an Organization."""
    ways = ((PHONE, "phone", telephone), (MAIL, "email", email), (SITE, "url", site))
    return {
        "extension": [coded("ror-contact-confidentiality-level", "TRE_R283", confidentialite)],
        "purpose": concept("TRE_R287", nature),
        "telecom": [
            {"extension": told_by(canal, confidentialite), "system": system, "value": value}
            for canal, system, value in ways
            if value
        ],
    }


def contact_of_offre(nature: str, telephone: str, email: str, confidentialite: str = "1") -> dict:
    ways = [
        extension(
            "ror-healthcareservice-contact-telecom",
            extension=[*told_by(canal, confidentialite), extension("telecomAddress", valueString=value)],
        )
        for canal, value in ((PHONE, telephone), (MAIL, email))
        if value
    ]
    purpose = coded("purposeContact", "TRE_R287", nature)
    level = coded("ror-confidentiality-level", "TRE_R283", confidentialite)
    return extension("ror-healthcareservice-contact", extension=[purpose, level, *ways])


def capacity(nature: str, count: int, maj: datetime) -> dict:
    """Installed now: beds (01) or places (02)."""
    parts = [
        coded("capacityType", "TRE_R329", nature),
        coded("capacityStatus", "TRE_R330", "01"),
        coded("temporalityCapacity", "TRE_R331", "01"),
        extension("nbCapacity", valueInteger=count),
        extension("capacityUpdateDate", valueDateTime=maj.isoformat(timespec="seconds")),
    ]
    return extension("ror-location-supported-capacity", extension=parts)
