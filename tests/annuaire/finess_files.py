"""Files of FINESS as they are published, line by line, or as many invented sites as the country has."""

import json
import random
from collections.abc import Iterable
from pathlib import Path

NAMES = (
    "kind finess ej_finess rs rslongue complrs compldistrib numvoie typvoie voie compvoie lieuditbp commune "
    "departement libdepartement acheminement telephone telecopie categorie libcategorie agregat libagregat "
    "siret ape mft libmft sph libsph ouverture autorisation maj uai"
).split()
ARVIGNE = {
    "kind": "structureet",
    "finess": "990000017",
    "ej_finess": "990000009",
    "rs": "CH D'ARVIGNE",
    "rslongue": "CENTRE HOSPITALIER D'ARVIGNE",
    "numvoie": "12",
    "typvoie": "R",
    "voie": "DES LILAS",
    "commune": "451",
    "departement": "01",
    "acheminement": "01440 VIRIAT",
    "telephone": "0199001234",
    "categorie": "355",
    "siret": "13000548100010",
    "ouverture": "1979-02-13",
}
METRES = (941_342.52, 6_589_480.53)  # Lambert-93 of (46.362063, 6.139885)
DEGREES = (46.362063, 6.139885)
NAME = "etalab-cs1100507-stock-20260512-0339.csv"


def line(**fields) -> str:
    known = ARVIGNE | fields
    return ";".join(quoted(known.get(name, "")) for name in NAMES)


def quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if any(one in text for one in ';"') else text


def geo(finess=ARVIGNE["finess"], x=METRES[0], y=METRES[1]) -> str:
    return f"geolocalisation;{finess};{x};{y};1,ATLASANTE,100,IGN,BD_ADRESSE,V2.2,LAMBERT_93;2026-05-11"


def write(folder, lines: Iterable[str], *, day="2026-05-12", name=NAME, encoding="utf-8", end="\n") -> Path:
    path = Path(folder) / name
    path.write_bytes("".join(one + end for one in [f"finess;etalab;111;{day}", *lines]).encode(encoding))
    return path


def ege(**fields) -> dict:
    """A site of FINESS+, as its data has it, capitals and all."""
    about = {
        "egeId": "1",
        "dateOuverture": "1979-02-13",
        "nomEgeCourt": "CH D'ARVIGNE",
        "nomEgeLong": "CENTRE HOSPITALIER D'ARVIGNE ",
        "numFinessEge": ARVIGNE["finess"],
        "siret": ARVIGNE["siret"],
    }
    lieu = {
        "usageAdresse": "03",
        "cogCommune": "01451",
        "ligneAcheminement": "VIRIAT",
        "ligneQuatre": "12 RUE DES LILAS",
        "codePostal": "01440",
        "coordonneesGeographique": {
            "coordonneeX": str(METRES[1]),  # interverted, as published
            "coordonneeY": str(METRES[0]),
            "directionLatitude": str(DEGREES[0]),
            "directionLongitude": str(DEGREES[1]),
        },
    }
    return {
        "informationsGeneralesEGE": about | fields.pop("about", {}),
        "categorieentiteGeographiqueExercice": "355",
        "adresse": [{"usageAdresse": "02", "cogCommune": "75056"}, lieu | fields.pop("lieu", {})],
        "contact": [{"telecom": {"telephone": "0199001234", "courriel": "accueil@arvigne.example"}}],
        "etatObjet": "A",
    } | fields


def plus(*sites: dict, **said) -> dict:
    about = {"denominationLonguePmSmsse": "CH D'ARVIGNE", "numFinessPm": "990000009", "statutJuridique": "13"}
    heading = {"schemaVersion": "v1.0.0", "generatedAt": "2026-08-01T15:49:37.615611300Z"}
    return (
        heading
        | {
            "gcc": [],
            "gco": [],
            "pmej": [{"informationsGeneralesPMEJ": about, "ege": list(sites), "etatObjet": "A"}],
        }
        | said
    )


def write_plus(folder, said, name="finess-structures-journalier-20260801.json") -> Path:
    path = Path(folder) / name
    path.write_text(json.dumps(said, ensure_ascii=False))
    return path


# --- A whole country ------------------------------------------------------------------------------
CATEGORIES = ("355", "500", "500", "354", "202", "182", "183", "446", "620", "620", "124", "611", "603")
WORDS = "LES LE LA DE DU DES TILLEULS ORMES CLOS VAL BOIS PRE MOULIN FONTAINE SAINT PIERRE ANNE JEAN".split()


def sites(communes: list[str], count: int, seed: int = 1) -> Iterable[dict]:
    """Invented: fields of `line`, and `x`, `y` near the middle of their département."""
    chance = random.Random(seed)
    for number in range(count):
        cog = communes[chance.randrange(len(communes))]
        departement = cog[:2]
        middle = random.Random(departement)
        nom = " ".join(chance.choices(WORDS, k=4)) + f" {number}"
        yield {
            "finess": f"{departement}{number:07d}",
            "rs": nom[:38],
            "rslongue": nom if number % 3 else "",
            "numvoie": str(chance.randrange(1, 200)),
            "voie": " ".join(chance.choices(WORDS, k=3)),
            "commune": cog[2:],
            "departement": departement,
            "acheminement": f"{chance.randrange(1_000, 96_000):05d} VILLE",
            "telephone": f"0199{chance.randrange(10**6):06d}" if number % 10 else "",
            "categorie": chance.choice(CATEGORIES),
            "siret": f"130005481{number % 100_000:05d}" if number % 2 else "",
            "ouverture": f"19{50 + number % 50}-01-01" if number % 7 else "1900-01-01",
            "x": middle.uniform(300_000, 1_000_000) + chance.uniform(-30_000, 30_000),
            "y": middle.uniform(6_250_000, 6_950_000) + chance.uniform(-30_000, 30_000),
        }


def write_whole(folder, known: list[dict], *, day="2026-05-12") -> Path:
    """As the csv is: structures first, then positions."""
    fields = [{name: one[name] for name in one if name not in ("x", "y")} for one in known]
    lines = [line(**one) for one in fields]
    lines += [geo(one["finess"], round(one["x"], 2), round(one["y"], 2)) for one in known]
    return write(folder, lines, day=day)


def write_whole_plus(folder, known: list[dict]) -> Path:
    """As FINESS+ is: an entité juridique for every three sites, some with years of events."""
    path = Path(folder) / "finess-structures-journalier-20260801.json"
    event = {"evenementId": "140923", "dateEnregistrement": "2023-03-15 11:21:01", "codeEvenement": "003"}
    with path.open("w") as file:
        file.write('{"schemaVersion": "v1.0.0", "generatedAt": "2026-08-01T15:49:37Z", "gcc": [], "pmej": [')
        for at in range(0, len(known), 3):
            some = known[at : at + 3]
            made = (ege(about=_about(one), lieu=_lieu(one), evenement=[event] * 12) for one in some)
            entity = plus(*made)["pmej"][0]
            file.write(("," if at else "") + json.dumps(entity))
        file.write("]}")
    return path


def _about(one) -> dict:
    nom = one["rslongue"] or one["rs"]
    return {"numFinessEge": one["finess"], "nomEgeLong": nom, "siret": one["siret"]}


def _lieu(one) -> dict:
    return {
        "cogCommune": one["departement"] + one["commune"],
        "coordonneesGeographique": {"coordonneeX": str(one["y"]), "coordonneeY": str(one["x"])},
    }
