"""Texts, and what the house reads everywhere: names, numbers, addresses."""

from dataclasses import dataclass
from typing import Any

from viatraj.core.champs.base import Champ, text, too_long
from viatraj.core.saisie import Refused, emails, ins, noms, numeros, sites, telephones
from viatraj.core.saisie.caracteres import check, plain, visible

TEXTE_MAX, LIGNE_MAX = 20_000, 200


@dataclass(frozen=True)
class Texte(Champ):
    """Free: never shown without the name, since people write names in it. `long`: several lines."""

    long: bool = True
    most: int = TEXTE_MAX

    is_free = True

    def read(self, typed: Any) -> str | None:
        said = text(typed).replace("\r\n", "\n").replace("\r", "\n")
        said = visible(said).strip() if self.long else plain(said)
        if len(said) > self.most:
            raise Refused(too_long(said, self.most))
        for line in said.split("\n"):
            check(line.replace("\t", " "))
        return said or None


@dataclass(frozen=True)
class Ligne(Texte):
    """A free text of one line."""

    long: bool = False
    most: int = LIGNE_MAX


@dataclass(frozen=True)
class Lu(Champ):
    """A name, a number, an address, as the house reads them everywhere: always nominative."""

    nominative: bool = True

    READ = staticmethod(plain)
    most = LIGNE_MAX

    def read(self, typed: Any) -> str | None:
        said = text(typed)
        if len(said) > self.most:
            raise Refused(too_long(said, self.most))
        return self.READ(said) or None


@dataclass(frozen=True)
class Nom(Lu):
    READ = staticmethod(noms.read)


@dataclass(frozen=True)
class Telephone(Lu):
    READ = staticmethod(telephones.read)

    def typed(self, value: Any) -> Any:
        return telephones.shown(value) if value else value

    def said(self, value: Any) -> str:
        return telephones.shown(value)


@dataclass(frozen=True)
class Email(Lu):
    READ = staticmethod(emails.read)
    most = emails.LONGEST

    def typed(self, value: Any) -> Any:
        return emails.shown(value) if value else value

    def said(self, value: Any) -> str:
        return emails.shown(value)


@dataclass(frozen=True)
class CodePostal(Lu):
    READ = staticmethod(numeros.code_postal)


@dataclass(frozen=True)
class Commune(Lu):
    """Its INSEE code."""

    READ = staticmethod(ins.lieu)


@dataclass(frozen=True)
class Finess(Lu):
    READ = staticmethod(numeros.finess)


@dataclass(frozen=True)
class Siret(Lu):
    READ = staticmethod(numeros.siret)


@dataclass(frozen=True)
class Site(Lu):
    READ = staticmethod(sites.read)
