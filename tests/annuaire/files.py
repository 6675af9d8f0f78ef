"""Small extractions, line by line, in the published format."""

import zipfile
from pathlib import Path
from uuid import uuid4

from django.db import connection

from annuaire.loading import lexique
from annuaire.models import Activite

HEADER = (Path(__file__).parent / "entete-20261008.txt").read_text().rstrip("\n")
COLUMNS = HEADER.split("|")[:-1]
MAIN = "PS_LibreAcces_Personne_activite_202611200100.txt"
NEXT = "PS_LibreAcces_Personne_activite_202611210100.txt"
SISTERS = ("PS_LibreAcces_SavoirFaire_202611200100.txt", "PS_LibreAcces_Dipl_AutExerc_202611200100.txt")
SHORT = {
    "idnat": "Identification nationale PP",
    "nom": "Nom d'exercice",
    "prenom": "Prénom d'exercice",
    "profession": "Code profession",
    "categorie": "Code catégorie professionnelle",
    "type_savoir_faire": "Code type savoir-faire",
    "specialite": "Libellé savoir-faire",
    "raison_sociale": "Raison sociale site",
    "voie": "Libellé Voie (coord. structure)",
    "code_postal": "Code postal (coord. structure)",
    "commune": "Libellé commune (coord. structure)",
    "telephone": "Téléphone (coord. structure)",
}
LECLERC = {
    "idnat": "899000000011",
    "nom": "LECLERC",
    "prenom": "Hélène",
    "profession": "10",
    "categorie": "C",
    "type_savoir_faire": "S",
    "specialite": "Gériatrie",
    "code_postal": "76000",
    "commune": "ROUEN",
}


def line(**fields) -> str:
    """One line of Dr Leclerc, or of whom `fields` make of her."""
    named = {SHORT[name]: value for name, value in (LECLERC | fields).items()}
    return "|".join(named.get(column, "") for column in COLUMNS) + "|"


def add(**fields) -> Activite:
    """A médecin's line that no file brought, as if one had."""
    empty = {field.name: "" for field in Activite._meta.local_fields if not field.generated}
    said = {"profession": "10", "categorie": "C", "empreinte": uuid4()}
    added = Activite.objects.create(**empty | said | fields)
    with connection.cursor() as cursor:
        lexique.write_all(cursor, owned=False)
    return added


def crowd(count: int, first: int = 100) -> list[str]:
    """As many médecins as wanted, each other's neighbours."""
    return [
        line(idnat=f"8990{n:08d}", nom=f"VOISIN{chr(65 + n % 26)}{chr(65 + n // 26 % 26)}")
        for n in range(first, first + count)
    ]


def write(folder, lines, *, name=MAIN, header=HEADER, encoding="utf-8", end="\n") -> Path:
    path = folder / name
    path.write_bytes("".join(one + end for one in [header, *lines]).encode(encoding))
    return path


def zipped(folder, members: dict[str, bytes], name="PS_LibreAcces_202611200100.zip") -> Path:
    path = folder / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in members.items():
            archive.writestr(member, content)
    return path
