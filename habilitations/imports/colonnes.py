"""The columns of an import, in the order of the template: one line a person and a place (HAB-4)."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from viatraj.core.saisie import Refused, caracteres, dates, emails, noms, numeros, telephones

EMPTY = "Cette cellule est vide."


def structure(text: str) -> str:
    """A FINESS number in its form, or a name."""
    return numeros.finess(text) if numeros.looks_like_finess(text) else caracteres.plain(text)


def oui(text: str) -> bool:
    said = plain(text)
    if said not in ("", "oui", "non"):
        raise Refused("Écrivez «\u00a0oui\u00a0», ou laissez la cellule vide.")
    return said == "oui"


@dataclass(frozen=True)
class Colonne:
    """`needed`: the column must be in the file; `empty`: what is said where its cell may not be empty.

    `read` makes of a text the value that is kept, as the forms do, or raises Refused.
    """

    key: str
    label: str
    help_text: str
    example: str = ""
    needed: bool = True
    empty: str = ""
    width: int = 22
    read: Callable[[str], object] = caracteres.plain

    @property
    def is_date(self) -> bool:
        return self.read is dates.read

    @property
    def is_number(self) -> bool:
        """Is it made of figures? The template then makes the column text, to keep first zeros."""
        return self.key in ("identifiant", "telephone", "etablissement")


COLONNES = (
    Colonne(
        "identifiant",
        "Identifiant",
        "Celui d’un compte existant. Vide\u00a0: le compte est cherché par l’adresse e-mail, ou créé.",
        needed=False,
    ),
    Colonne(
        "nom",
        "Nom",
        "Obligatoire\u00a0: il est comparé à celui du compte existant.",
        "Lacombe",
        empty=EMPTY,
        read=noms.read,
    ),
    Colonne("prenom", "Prénom", "Obligatoire.", "Maëlle", empty=EMPTY, read=noms.read),
    Colonne(
        "email",
        "Adresse e-mail",
        "Personnelle. Obligatoire pour créer un compte.",
        "maelle.lacombe@ch-invente.example",
        width=34,
        read=emails.read,
    ),
    Colonne(
        "seule",
        "Seule à lire cette adresse",
        "Facultatif\u00a0: «\u00a0oui\u00a0» confirme que secretariat@…, accueil@… n’est lue que par elle.",
        needed=False,
        width=13,
        read=oui,
    ),
    Colonne("telephone", "Téléphone", "Facultatif.", "01 99 00 12 34", needed=False, read=telephones.read),
    Colonne("profession", "Profession", "Facultatif.", "Infirmière", needed=False),
    Colonne(
        "profil",
        "Profil",
        "Voir la feuille «\u00a0Profils\u00a0».",
        "Équipe soignante",
        empty=EMPTY,
        width=34,
    ),
    Colonne(
        "etablissement",
        "Établissement",
        "Numéro FINESS, ou nom exact (feuille «\u00a0Lieux\u00a0»)\u00a0; ou le nom d’une coordination.",
        "990000017",
        empty=EMPTY,
        width=30,
        read=structure,
    ),
    Colonne(
        "unite",
        "Unité ou guichet",
        "Nom exact (feuille «\u00a0Lieux\u00a0»). Vide\u00a0: tout l’établissement (ou la coordination).",
        "Médecine polyvalente",
        needed=False,
        width=30,
    ),
    Colonne(
        "debut",
        "Début",
        "Premier jour. Vide\u00a0: aujourd’hui.",
        needed=False,
        width=13,
        read=dates.read,
    ),
    Colonne(
        "fin",
        "Fin",
        "Dernier jour, inclus\u00a0; cinq ans au plus.",
        empty="Indiquez le dernier jour.",
        width=13,
        read=dates.read,
    ),
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
    """A form to compare what people type: without accents, case, double spaces; one kind of apostrophe."""
    bare = unicodedata.normalize("NFKD", text.replace("’", "'"))
    return (
        re.sub(r"[\s_–—-]+", " ", "".join(one for one in bare if not unicodedata.combining(one)))
        .strip()
        .lower()
    )


# Of a file of lines to correct: why each was refused. Sent again, it is passed over.
RAISON = Colonne("raison", "À corriger", "Ce qui a fait refuser la ligne.", needed=False, width=60)
BY_LABEL = {plain(colonne.label): colonne for colonne in (*COLONNES, RAISON)}
EXAMPLE = {colonne.key: colonne.example for colonne in COLONNES if colonne.key in ("nom", "prenom", "email")}
