"""The columns of an import, in the order of the template: one line a person and a place (HAB-4)."""

import re
import unicodedata
from dataclasses import dataclass


@dataclass(frozen=True)
class Colonne:
    """`needed`: the column must be in the file; its cells may be empty where `help_text` says so."""

    key: str
    label: str
    help_text: str
    example: str = ""
    needed: bool = True
    is_date: bool = False
    width: int = 22


COLONNES = (
    Colonne(
        "identifiant",
        "Identifiant",
        "Celui d’un compte existant. Vide\u00a0: le compte est cherché par l’adresse e-mail, ou créé.",
        needed=False,
    ),
    Colonne("nom", "Nom", "Obligatoire\u00a0: il est comparé à celui du compte existant.", "Lacombe"),
    Colonne("prenom", "Prénom", "Obligatoire.", "Maëlle"),
    Colonne(
        "email",
        "Adresse e-mail",
        "Personnelle. Obligatoire pour créer un compte.",
        "maelle.lacombe@ch-invente.example",
        width=34,
    ),
    Colonne("telephone", "Téléphone", "Facultatif.", "01 99 00 12 34", needed=False),
    Colonne("profession", "Profession", "Facultatif.", "Infirmière", needed=False),
    Colonne("profil", "Profil", "Voir la feuille «\u00a0Profils\u00a0».", "Équipe soignante", width=34),
    Colonne(
        "etablissement",
        "Établissement",
        "Numéro FINESS, ou nom exact (feuille «\u00a0Lieux\u00a0»)\u00a0; ou le nom d’une coordination.",
        "990000017",
        width=30,
    ),
    Colonne(
        "unite",
        "Unité ou guichet",
        "Nom exact (feuille «\u00a0Lieux\u00a0»). Vide\u00a0: tout l’établissement (ou la coordination).",
        "Médecine polyvalente",
        needed=False,
        width=30,
    ),
    Colonne("debut", "Début", "Premier jour. Vide\u00a0: aujourd’hui.", needed=False, is_date=True, width=13),
    Colonne("fin", "Fin", "Dernier jour, inclus\u00a0; cinq ans au plus.", is_date=True, width=13),
    Colonne(
        "droits",
        "Droits",
        "Seulement ce qui diffère du profil\u00a0: «\u00a0code=mode\u00a0», séparés par des points-virgules.",
        needed=False,
        width=40,
    ),
)
BY_KEY = {colonne.key: colonne for colonne in COLONNES}


def plain(text: str) -> str:
    """To compare what people type: no accent, no case, no double space, one kind of apostrophe."""
    bare = unicodedata.normalize("NFKD", text.replace("’", "'"))
    return (
        re.sub(r"[\s_–—-]+", " ", "".join(one for one in bare if not unicodedata.combining(one)))
        .strip()
        .lower()
    )


BY_LABEL = {plain(colonne.label): colonne for colonne in COLONNES}
