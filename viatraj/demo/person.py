"""Somebody of the demonstration: what he is called, where he works, what he signs in with."""

import unicodedata
from dataclasses import dataclass

AUBIN, VALMONT, LAUZE, ORBE = "CH de Saint-Aubin", "CH de Valmont", "Haute-Lauze", "Pays d’Orbe"


@dataclass(frozen=True)
class Person:
    role: str
    role_label: str
    login: str
    nom: str
    prenom: str
    email: str
    place: str = ""
    door: str = "medecin"
    idnat: str = ""  # of a médecin
    numero: str = ""  # of a card that is no médecin's
    slug: str = ""  # of that card in the demonstration's reader
    specialite: str = ""
    code_postal: str = ""
    commune: str = ""
    profession: str = "Médecin"
    hint: str = ""
    has_used_card: bool = True  # without, a médecin's password door stays closed (CON-3)

    @property
    def card(self) -> str | None:
        """His virtual card in the demonstration's reader."""
        return f"cps-{self.idnat}" if self.idnat else self.slug or None

    @property
    def name(self) -> str:
        return f"{'Dr ' if self.idnat else ''}{self.prenom} {self.nom}"


def medecin(idnat, prenom, nom, *, role="medecin", role_label="Médecin libéral", **kwargs) -> Person:
    local = f"{prenom}.{nom}".lower().replace("é", "e").replace("ï", "i").replace("è", "e").replace("’", "")
    return Person(
        role=role,
        role_label=role_label,
        login=idnat,
        idnat=idnat,
        nom=nom,
        prenom=prenom,
        email=f"{local}@cabinet.example",
        **kwargs,
    )


def professional(role, role_label, prenom, nom, place, **kwargs) -> Person:
    """In one of `structures`; the login is that of an account made by a référent."""
    domain = {AUBIN: "ch-saint-aubin", VALMONT: "ch-valmont"}.get(place.partition(",")[0], "val-d-autan")
    return Person(
        role=role,
        role_label=role_label,
        login=plain(prenom)[0] + plain(nom),
        nom=nom,
        prenom=prenom,
        email=f"{plain(prenom)}.{plain(nom)}@{domain}.example",
        place=place,
        door="professionnel",
        **kwargs,
    )


def plain(text: str) -> str:
    """What an address is made of: «El Amrani» → elamrani."""
    bare = unicodedata.normalize("NFKD", text).casefold()
    return "".join(letter for letter in bare if letter.isalnum())
