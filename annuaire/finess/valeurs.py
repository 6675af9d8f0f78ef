"""One site of FINESS, whatever the file that says it, and how its texts become values of our sheets."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from annuaire.fiches.donnees import is_code
from viatraj.core import saisie
from viatraj.core.saisie import emails, numeros, telephones
from viatraj.core.saisie.caracteres import tidied

FINESS = re.compile(r"\d[\dAB]\d{7}", re.ASCII)
SIRET = re.compile(r"\d{14}", re.ASCII)
COG = re.compile(r"\d[\dAB]\d{3}", re.ASCII)
CODE_POSTAL = re.compile(r"(\d{5})(?: |$)", re.ASCII)
LONGEST = 200
DAMAGED = "Le fichier est coupé, abîmé, ou d’une autre forme que celle de FINESS."
UNKNOWN_DAYS = ("1900-01-01",)  # as FINESS writes a day that nobody knows
OVERSEAS = {"9A": "971", "9B": "972", "9C": "973", "9D": "974", "9E": "975", "9F": "976", "9J": "988"}

# Fields of an établissement’s sheet that FINESS feeds, in the order of `Site`.
CHAMPS = (
    "nom", "categorie", "siret", "ej_finess", "ej_nom", "ej_statut", "ouverture", "adresse", "code_postal",
    "commune", "cog", "telephone", "email", "latitude", "longitude",
)  # fmt: skip


# Of these, what is told when ours is another: where FINESS and a person may both be right, nothing is.
COMPARES = ("nom", "categorie", "siret", "adresse", "code_postal", "commune", "cog", "telephone")


class Refused(ValueError):
    """The file is not taken; the sentence is for the operator."""


@dataclass(slots=True)
class Site:
    """Texts as our sheets keep them, empty when FINESS says nothing; days in ISO; degrees in WGS84.

    `departement`: of the COG. `ferme`: FINESS says that it is closed, `fermeture` when, if it knows.
    """

    finess: str
    departement: str
    nom: str = ""
    categorie: str = ""
    siret: str = ""
    ej_finess: str = ""
    ej_nom: str = ""
    ej_statut: str = ""
    ouverture: str = ""
    adresse: str = ""
    code_postal: str = ""
    commune: str = ""
    cog: str = ""
    telephone: str = ""
    email: str = ""
    latitude: float | None = None
    longitude: float | None = None
    ferme: bool = False
    fermeture: str = ""


def clean(text: Any, *, where: str = "") -> str:
    """One line, nothing unseen; `Refused` when no real value is as long."""
    if text is None or text == "":
        return ""
    if not isinstance(text, str):
        raise Refused(f"{where}une valeur n’est pas un texte.")
    line = " ".join(text.split()) if text.isascii() else tidied(text)
    if not line.isprintable():
        line = "".join(one for one in line if one.isprintable())
    if len(line) > LONGEST:
        raise Refused(f"{where}un champ dépasse {LONGEST} caractères.")
    return line


def finess(text: str, *, where: str = "") -> str:
    """Its number, or `Refused`: without it, nothing holds the rest together."""
    if not FINESS.fullmatch(text):
        raise Refused(f"{where}le numéro FINESS n’en est pas un.")
    return text


def departement_of(cog: str) -> str:
    return cog[:3] if cog.startswith(("97", "98")) else cog[:2]


class Lecture:
    """Values that are read one by one: an unreadable one is left out, and counted."""

    def __init__(self, notes: Counter[str]):
        self.notes = notes

    def telephone(self, text: str) -> str:
        return self._read("telephone", _telephone, text)

    def email(self, text: str) -> str:
        return self._read("email", emails.read, text)

    def siret(self, text: str) -> str:
        return text if SIRET.fullmatch(text) else self._read("siret", numeros.siret, text)

    def ej_finess(self, text: str) -> str:
        return text if FINESS.fullmatch(text) else self._left_out("ej_finess", text)

    def code(self, text: str, name: str) -> str:
        return text if is_code(text) else self._left_out(name, text)

    def cog(self, text: str) -> str:
        return text if COG.fullmatch(text) else self._left_out("cog", text)

    def code_postal(self, text: str) -> str:
        return text if CODE_POSTAL.fullmatch(text) else self._left_out("code_postal", text)

    def jour(self, text: str, name: str = "ouverture") -> str:
        if text in UNKNOWN_DAYS or not text:
            return ""
        try:
            return date.fromisoformat(text[:10]).isoformat()
        except ValueError:
            return self._left_out(name, text)

    def _read(self, name: str, reader: Callable[[str], str], text: str) -> str:
        try:
            return reader(text) if text else ""
        except saisie.Refused:
            return self._left_out(name, text)

    def _left_out(self, name: str, text: str) -> str:
        if text:
            self.notes[f"{name} illisible"] += 1
        return ""


@lru_cache(2**16)
def _telephone(text: str) -> str:
    return telephones.read(text)
