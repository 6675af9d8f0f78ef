"""One field of a sheet: a row of the mapping table (docs/fiche.md), how it is kept, who may write it."""

import re
from dataclasses import KW_ONLY, dataclass
from typing import Any

from django.db.models import TextChoices

from annuaire.natures import Nature
from viatraj.core.champs import Champ
from viatraj.core.champs.base import NOT_OF_THIS_KIND
from viatraj.core.saisie import Refused

CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,19}", re.ASCII)


def is_code(typed: Any) -> bool:
    """Of a nomenclature, as all that are published write them."""
    return isinstance(typed, str) and CODE.fullmatch(typed) is not None


class Regle(TextChoices):
    """Who writes it in an établissement that is synchronised; in another, people write all but the keys."""

    CLE = "cle", "clé, jamais modifiable"
    FLUX = "flux", "vient du ROR"
    ELEMENT = "element", "chaque élément selon son origine"
    LOCALE = "locale", "toujours modifiable"
    VERBE = "verbe", "changé par une action qui lui est propre"


class Stock(TextChoices):
    """Where its value is kept."""

    COLONNE = "colonne", "colonne de la structure"
    FICHE = "fiche", "dans `fiche`, en JSON"
    ELEMENTS = "elements", "lignes de `Element`"
    LIGNES = "lignes", "lignes d’un modèle à elles"


@dataclass(frozen=True)
class Donnee:
    """`ligne`: its row in the mapping table. `publique`: on public pages."""

    ligne: int
    champ: Champ
    regle: Regle
    _: KW_ONLY
    stock: Stock = Stock.FICHE
    publique: bool = True
    natures: tuple[Nature, ...] = ()  # of units; empty: of all

    @property
    def code(self) -> str:
        return self.champ.code

    @property
    def label(self) -> str:
        return self.champ.label

    def asked_of(self, nature: str) -> bool:
        return not self.natures or nature in self.natures


@dataclass(frozen=True)
class Terme(Champ):
    """A code of a nomenclature; one whose label we do not know is kept, and shown so."""

    nomenclature: str = ""

    def read(self, typed: Any) -> str | None:
        if typed in ("", None):
            return None
        if not is_code(typed):
            raise Refused(NOT_OF_THIS_KIND)
        return str(typed)


@dataclass(frozen=True)
class Termes(Champ):
    """Codes of one or more nomenclatures, each written «TRE_R212:098», each once, in order."""

    nomenclatures: tuple[str, ...] = ()

    def read(self, typed: Any) -> list[str] | None:
        if typed in ("", None):
            return None
        if not isinstance(typed, list | tuple):
            raise Refused(NOT_OF_THIS_KIND)
        kept = [one for one in typed if one != ""]
        for one in kept:
            nomenclature, _, code = one.partition(":") if isinstance(one, str) else ("", "", "")
            if nomenclature not in self.nomenclatures or not is_code(code):
                raise Refused(NOT_OF_THIS_KIND)
        return sorted(set(kept)) or None


@dataclass(frozen=True)
class Rubrique:
    """A part of a sheet, under one heading."""

    code: str
    titre: str
    donnees: tuple[Donnee, ...]
