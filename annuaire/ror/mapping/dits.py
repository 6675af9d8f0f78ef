"""What an access profile lets one conclude from silence, and values as our fields keep them (ANN-2).

FHIR has no empty value: a field that was emptied is absent, as is one that our profile may not see. So
absence means «empty» only where the profile would have shown the field.
"""

from collections.abc import Collection, Mapping
from functools import cache
from typing import Any

from annuaire import fiches
from annuaire.fiches import Donnee, Regle, Stock
from annuaire.ror.fhir.formes import Code
from viatraj.core.saisie import Refused as Unreadable

# Access profiles of the ROR, 0 (open data) to 5; to 3, what is sanitaire is open data too.
# The highest confidentiality of contacts (TRE_R283) that each is shown for certain.
CONFIDENTIALITE = {0: 1, 1: 3, 2: 2, 3: 1, 4: 0, 5: 2}
SANS_CAPACITES = (0, 3, 5)  # of open data nobody says that it has them all
EVERYTHING = (1, 4)  # besides contacts
CONTACTS = frozenset({"contacts", "telephone", "email", "site"})
CAPACITES = frozenset({"capacites"})
LIEU = frozenset({"lieu", "adresse", "code_postal", "commune"})
# Actes and compétences: nobody has published which of them are restricted.
RESTREINTES = frozenset({"TRE_R210", "TRE_R243"})
EMPTY: tuple[Any, ...] = (None, "", [])


@cache
def _fed(niveau: str) -> Mapping[str, Donnee]:
    fed = (Regle.CLE, Regle.FLUX, Regle.ELEMENT)
    return {one.code: one for one in fiches.donnees(niveau) if one.regle in fed and one.stock != Stock.LIGNES}


class Dits:
    """Values of one sheet, by code of field: absent, it is not said; None, it is said to be empty.

    `notes`: what could not be read as our fields want it, by field; it is as if it had not been said.
    """

    def __init__(self, niveau: str, profil: int, *, sensible: bool = False):
        self.profil, self.sensible = profil, sensible
        self.known = _fed(niveau)
        self.valeurs: dict[str, Any] = {}
        self.libelles: dict[str, str] = {}
        self.notes: dict[str, str] = {}

    def say(self, code: str, typed: Any) -> None:
        """`typed` of nothing is «empty», where this profile would have shown it."""
        try:
            value = None if typed in EMPTY else self.known[code].champ.read(typed)
        except Unreadable as error:
            self.notes[code] = str(error)
            return
        if value is not None or self.would_show(code):
            self.valeurs[code] = value

    def say_code(self, code: str, said: Code | None) -> None:
        if said and said.libelle:
            self.libelles[f"{said.nomenclature}:{said.code}"] = said.libelle[:300]
        self.say(code, said.code if said else None)

    def say_codes(self, code: str, said: Collection[Code] | None, nomenclatures: Collection[str]) -> None:
        """Those of the nomenclatures that the field takes; others are told as unknown."""
        kept = [one for one in said or () if one.nomenclature in nomenclatures]
        if len(kept) < len(said or ()):
            self.notes[code] = "une nomenclature qui n’est pas celle de ce champ."
        self.libelles |= {f"{one.nomenclature}:{one.code}": one.libelle[:300] for one in kept if one.libelle}
        self.say(code, [f"{one.nomenclature}:{one.code}" for one in kept])

    def would_show(self, code: str) -> bool:
        if code in CONTACTS:
            return CONFIDENTIALITE[self.profil] >= 1
        if code in CAPACITES:
            return self.profil not in SANS_CAPACITES
        return not (code in LIEU and self.sensible and self.profil != 1)


def renewed(known: Mapping[str, Any], said: Mapping[str, Any], *, profil: int) -> dict[str, Any]:
    """What we knew with what is said now. What the profile may not have been shown stays as it was."""
    found = {**known, **said}
    for code, whole in (("contacts", _contacts), ("ressources", _ressources)):
        if code in said:
            found[code] = whole(known.get(code) or (), said[code] or (), profil) or None
    return found


def _contacts(known: Collection[Mapping], said: Collection[Mapping], profil: int) -> list[Mapping]:
    """With those above the profile's level, and above what is said all the same."""
    shown = max([CONFIDENTIALITE[profil], *map(_level, said)])
    return [*said, *(one for one in known if _level(one) > shown)]


def _level(contact: Mapping[str, Any]) -> int:
    return int(contact.get("confidentialite") or 1)


def _ressources(known: Collection[str], said: Collection[str], profil: int) -> list[str]:
    """With those of a restricted nomenclature of which nothing is said."""
    hidden = set() if profil in EVERYTHING else RESTREINTES - {_nomenclature(one) for one in said}
    return sorted({*said, *(one for one in known if _nomenclature(one) in hidden)})


def _nomenclature(ressource: str) -> str:
    return ressource.partition(":")[0]
