"""One answer of a list, or several."""

from dataclasses import dataclass
from typing import Any

from viatraj.core.champs.base import NOT_OF_THIS_KIND, Champ
from viatraj.core.saisie import Refused

Options = tuple[tuple[str, str], ...]
NOT_AN_OPTION = "Choisissez une réponse de la liste."


@dataclass(frozen=True)
class Choix(Champ):
    """`groupes`: the same options under headings, when there are many."""

    options: Options = ()
    groupes: tuple[tuple[str, Options], ...] = ()

    def read(self, typed: Any) -> str | None:
        if typed in ("", None):
            return None
        if not any(typed == code for code, _ in self.options):  # a forged one may be of any type
            raise Refused(NOT_AN_OPTION)
        return str(typed)

    def said(self, value: Any) -> str:
        return dict(self.options)[value]


OUI, NON, INCONNU = "oui", "non", "inconnu"


@dataclass(frozen=True)
class OuiNon(Choix):
    """Yes, no, not known: the last one is an answer, and empty is none."""

    options: Options = ((OUI, "Oui"), (NON, "Non"), (INCONNU, "Ne sait pas"))


@dataclass(frozen=True)
class Plusieurs(Champ):
    """In the order of the options, each once."""

    options: Options = ()

    def read(self, typed: Any) -> list[str] | None:
        if typed in ("", None):
            return None
        if not isinstance(typed, list | tuple):
            raise Refused(NOT_OF_THIS_KIND)
        known = [code for code, _ in self.options]
        if any(one not in known for one in typed if one != ""):
            raise Refused(NOT_AN_OPTION)
        return [code for code in known if code in typed] or None

    def said(self, value: Any) -> str:
        return ", ".join(label for code, label in self.options if code in value)
