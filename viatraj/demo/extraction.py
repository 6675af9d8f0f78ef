"""Invented national extractions in the published format (56 columns and a trailing separator), of any size.

    python -m viatraj.demo.extraction PATH --persons 20000 [--seed 1] [--next PATH_OF_THE_NEXT_DAY]

Same arguments, same bytes. Every person is invented: all numbers begin with 99.
"""

import argparse
import random
from dataclasses import dataclass
from itertools import accumulate
from zlib import crc32

from viatraj.demo import noms

HEADER = (
    "Type d'identifiant PP|Identifiant PP|Identification nationale PP|Code civilité d'exercice|"
    "Libellé civilité d'exercice|Code civilité|Libellé civilité|Nom d'exercice|Prénom d'exercice|"
    "Code profession|Libellé profession|Code catégorie professionnelle|Libellé catégorie professionnelle|"
    "Code type savoir-faire|Libellé type savoir-faire|Code savoir-faire|Libellé savoir-faire|"
    "Code mode exercice|Libellé mode exercice|Numéro SIRET site|Numéro SIREN site|Numéro FINESS site|"
    "Numéro FINESS établissement juridique|Identifiant technique de la structure|Raison sociale site|"
    "Enseigne commerciale site|Complément destinataire (coord. structure)|"
    "Complément point géographique (coord. structure)|Numéro Voie (coord. structure)|"
    "Indice répétition voie (coord. structure)|Code type de voie (coord. structure)|"
    "Libellé type de voie (coord. structure)|Libellé Voie (coord. structure)|"
    "Mention distribution (coord. structure)|Bureau cedex (coord. structure)|Code postal (coord. structure)|"
    "Code commune (coord. structure)|Libellé commune (coord. structure)|Code pays (coord. structure)|"
    "Libellé pays (coord. structure)|Téléphone (coord. structure)|Téléphone 2 (coord. structure)|"
    "Télécopie (coord. structure)|Adresse e-mail (coord. structure)|Code Département (structure)|"
    "Libellé Département (structure)|Ancien identifiant de la structure|Autorité d'enregistrement|"
    "Code secteur d'activité|Libellé secteur d'activité|Code section tableau pharmaciens|"
    "Libellé section tableau pharmaciens|Code rôle|Libellé rôle|Code genre activité|Libellé genre activité|"
)
WITHOUT_ACTIVITY = "|" * 39
BATCH = 10_000
NEW_NUMBERS = 90_000_000  # where the next day's newcomers begin

MEDECIN = ("10", "Médecin")
PROFESSIONS = {  # TRE_G15, weighted as in the country
    ("60", "Infirmier"): 640, MEDECIN: 300, ("70", "Masseur-Kinésithérapeute"): 118,
    ("21", "Pharmacien"): 108,
    ("93", "Psychologue"): 105, ("35", "Aide-soignant"): 80, ("40", "Chirurgien-Dentiste"): 62,
    ("28", "Opticien-Lunetier"): 50, ("86", "Technicien de laboratoire médical"): 46,
    ("98", "Manipulateur ERM"): 41,
    ("31", "Assistant dentaire"): 40, ("91", "Orthophoniste"): 33, ("50", "Sage-Femme"): 33,
    ("41", "Assistant de service social"): 33, ("94", "Ergothérapeute"): 20, ("95", "Diététicien"): 20,
    ("96", "Psychomotricien"): 20, ("80", "Pédicure-Podologue"): 17, ("92", "Orthoptiste"): 8,
}  # fmt: skip
WITH_ADELI = {"93", "41"}
LIBERAL = {"10", "40", "70", "91", "80", "50"}
CATEGORIES = {("C", "Civil"): 955, ("E", "Etudiant"): 40, ("M", "Militaire"): 5}  # TRE_R09
SPECIALITES = {  # TRE_R38
    ("SM54", "Médecine Générale"): 45, ("SM53", "Spécialiste en Médecine Générale"): 10,
    ("SM26", "Qualifié en Médecine Générale"): 8, ("SM42", "Psychiatrie"): 7,
    ("SM02", "Anesthesie-réanimation"): 6, ("SM40", "Pédiatrie"): 5,
    ("SM04", "Cardiologie et maladies vasculaires"): 4, ("SM44", "Radio-diagnostic"): 4,
    ("SM38", "Ophtalmologie"): 3, ("SM20", "Gynécologie-obstétrique"): 3, ("SM18", "Gériatrie"): 2,
    ("SM15", "Dermatologie et vénéréologie"): 2, ("SM32", "Médecine physique et réadaptation"): 2,
}  # fmt: skip
VOIES = [
    ("R", "Rue"),
    ("AV", "Avenue"),
    ("BD", "Boulevard"),
    ("PL", "Place"),
    ("CHE", "Chemin"),
    ("RTE", "Route"),
]
RUES = [
    "DES ECOLES",
    "DE LA GARE",
    "DES LILAS",
    "DU MOULIN",
    "DES ACACIAS",
    "DU STADE",
    "DE LA FONTAINE",
    "DU PRÉ",
]
ETABLISSEMENTS = ["CH", "CLINIQUE", "EHPAD", "CENTRE DE SANTE", "SSIAD", "HAD", "CMP", 'CLINIQUE "LES PINS"']


class Draw:
    """Weighted picks, many at a time."""

    def __init__(self, rng, weights: dict):
        self.rng, self.values, self.cumulated = rng, list(weights), list(accumulate(weights.values()))

    def many(self, count: int) -> list:
        return self.rng.choices(self.values, cum_weights=self.cumulated, k=count)


@dataclass(frozen=True)
class Pools:
    """What persons are made of; larger extractions draw from more names."""

    noms: Draw
    prenoms: dict[str, Draw]
    lieux: Draw
    professions: Draw
    categories: Draw
    specialites: Draw
    sites: list

    @classmethod
    def drawn(cls, rng, persons: int) -> "Pools":
        known = noms.surnames(rng, min(250_000, 400 + persons // 7))
        lieux = Draw(rng, noms.places(rng, known))
        return cls(
            noms=Draw(rng, {nom: 1 / (rank + 11) ** 0.8 for rank, nom in enumerate(known)}),
            prenoms={sexe: Draw(rng, noms.first_names(sexe)) for sexe in ("M", "F")},
            lieux=lieux,
            professions=Draw(rng, PROFESSIONS),
            categories=Draw(rng, CATEGORIES),
            specialites=Draw(rng, SPECIALITES),
            sites=[_site(rng, i, known, lieu) for i, lieu in enumerate(lieux.many(max(50, persons // 20)))],
        )


def write(path, persons: int, seed: int = 1, *, people=()) -> int:
    """An extraction of `persons` invented people at `path` (UTF-8); returns its number of lines.

    `people`: named médecins who come first, dicts of idnat, nom, prenom, specialite, code_postal, commune.
    """
    rng = random.Random(seed)
    pools = Pools.drawn(rng, persons)
    lines = 0
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        file.write(HEADER + "\n")
        for batch in _batches(rng, pools, persons, people):
            file.write("\n".join(batch) + "\n")
            lines += len(batch)
    return lines


def mutate(source, target, seed: int = 1, *, changed=0.004, removed=0.001, added=0.001) -> dict[str, int]:
    """The next day's extraction: shares of persons who move, leave, arrive; returns lines of each kind."""
    counts = {"changed": 0, "removed": 0, "added": 0}
    with open(source, encoding="utf-8") as old, open(target, "w", encoding="utf-8", newline="\n") as new:
        new.write(old.readline())
        for line in old:
            fields = line.split("|")
            fate = crc32(f"{seed}:{fields[2]}".encode()) / 2**32
            if fate < removed:
                counts["removed"] += 1
                continue
            if fate < removed + changed:
                fields[28], fields[32] = "7", "DE LA NOUVELLE ADRESSE"
                line = "|".join(fields)
                counts["changed"] += 1
            elif fate < removed + changed + added:
                counts["added"] += 1
                new.write(_newcomer(fields, counts["added"]))
            new.write(line)
    return counts


def _newcomer(fields, n) -> str:
    number = rpps(NEW_NUMBERS + n)
    return "|".join(["8", number, f"8{number}", *fields[3:]])


def _batches(rng, pools, persons, people):
    if people:
        yield [_named(rng, **person) for person in people]
    for first in range(0, persons, BATCH):
        count = min(BATCH, persons - first)
        civilites = rng.choices("FM", cum_weights=(66, 100), k=count)
        drawn = zip(
            range(first, first + count), civilites, pools.noms.many(count), pools.professions.many(count),
            pools.categories.many(count), pools.specialites.many(count), pools.lieux.many(count),
            rng.choices((1, 2, 3, 5), cum_weights=(865, 965, 990, 1000), k=count), strict=True,
        )  # fmt: skip
        prenoms = {sexe: iter(pools.prenoms[sexe].many(count)) for sexe in "MF"}
        yield [
            line
            for i, sexe, nom, *rest in drawn
            for line in _person(rng, pools, i, sexe, nom, next(prenoms[sexe]), *rest)
        ]


def _person(rng, pools, i, sexe, nom, prenom, profession, categorie, specialite, lieu, activities):
    chance = rng.random()
    if sexe == "F" and chance < 0.06:
        nom = f"{nom}-{pools.noms.values[i * 7 % len(pools.noms.values)]}"
    if chance < 0.8:
        nom, prenom = noms.plain(nom), noms.plain(prenom).upper()
    adeli = profession[0] in WITH_ADELI and chance < 0.25
    number = f"99{i:07d}" if adeli else rpps(i)
    is_doctor = profession == MEDECIN and categorie[0] != "E"
    savoir_faire = (
        ("S", "Spécialité ordinale", *specialite) if profession == MEDECIN and chance < 0.9 else ("",) * 4
    )
    head = _head(
        "0" if adeli else "8", number, sexe, nom, prenom, profession, categorie, savoir_faire, is_doctor
    )
    if chance > 0.89:
        return [head + WITHOUT_ACTIVITY]
    lines = []
    for k in range(activities):
        if (profession[0] in LIBERAL and chance < 0.6) if k == 0 else rng.random() < 0.5:
            lines.append(head + _cabinet(rng, i, k, nom, lieu))
        else:
            lines.append(head + _employed(rng, pools.sites[(i + k) % len(pools.sites)]))
    return lines


def _named(rng, *, idnat, nom, prenom, code_postal, commune, specialite="Médecine Générale", sexe="M"):
    codes = {label: code for code, label in SPECIALITES}
    savoir_faire = ("S", "Spécialité ordinale", codes.get(specialite, "SM54"), specialite)
    head = _head(idnat[0], idnat[1:], sexe, nom, prenom, MEDECIN, ("C", "Civil"), savoir_faire, True)
    return head + _cabinet(rng, int(idnat[-6:]), 0, nom, (code_postal, commune))


def _head(kind, number, sexe, nom, prenom, profession, categorie, savoir_faire, is_doctor) -> str:
    title = ("DR", "Docteur") if is_doctor else ("", "")
    civilite = ("M", "Monsieur") if sexe == "M" else ("MME", "Madame")
    words = (
        kind,
        number,
        kind + number,
        *title,
        *civilite,
        nom,
        prenom,
        *profession,
        *categorie,
        *savoir_faire,
    )
    return "|".join(words) + "|"


def _cabinet(rng, i, k, nom, lieu) -> str:
    chance = int(rng.random() * 1_000_000)
    structure, name = f"R99{i:09d}{k}", f"CABINET DU DR {nom}"
    secteur = ("SA07", "Cabinet individuel") if chance % 5 < 3 else ("SA08", "Cabinet de groupe")
    return _activity(
        "L", "Libéral, indépendant, artisan, commerçant", "", structure, name, lieu, chance, secteur
    )


def _employed(rng, site) -> str:
    finess, name, lieu = site
    chance = int(rng.random() * 1_000_000)
    return _activity(
        "S", "Salarié", finess, f"F{finess}", name, lieu, chance, ("SA01", "Etablissement public de santé")
    )


def _activity(mode, label, finess, structure, name, lieu, chance, secteur) -> str:
    code_postal, commune = lieu
    voie = VOIES[chance % len(VOIES)]
    phone = f"019900{chance % 10_000:04d}" if chance % 3 else ""
    mail = f"contact{chance}@cabinet.example" if chance % 8 == 0 else ""
    return (
        f"{mode}|{label}|||{finess}|{finess}|{structure}|{name}|||{name}|{chance % 180 + 1}||"
        f"{voie[0]}|{voie[1]}|{RUES[chance % len(RUES)]}||{code_postal} {commune}|{code_postal}|"
        f"{code_postal[:2]}{chance % 900 + 1:03d}|{commune}|||{phone}|||{mail}||||CNOM/CNOM/CNOM|"
        f"{secteur[0]}|{secteur[1]}|||||GENR01|Activité standard|"
    )


def _site(rng, i, known, lieu):
    return f"99{i % 10**6:06d}{i % 10}", f"{rng.choice(ETABLISSEMENTS)} {rng.choice(known)}", lieu


def rpps(i: int) -> str:
    """An invented RPPS number with its Luhn key: 99, eight digits, key."""
    body = f"99{i:08d}"
    doubled = sum(sum(divmod(2 * int(digit), 10)) for digit in body[1::2])
    return body + str(-(doubled + sum(map(int, body[::2]))) % 10)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("path")
    parser.add_argument("--persons", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--next", dest="next_path")
    options = parser.parse_args()
    print(write(options.path, options.persons, options.seed))
    if options.next_path:
        print(mutate(options.path, options.next_path, options.seed))
