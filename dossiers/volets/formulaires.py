"""A volet's form: sections of fields, its version, what it wants before it is validated (DOS-3).

A form that has served is never changed: another version stands beside it, and what was written in the former
one stays readable.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from dossiers.natures import Kind
from viatraj.core.champs import Champ
from viatraj.core.droits import Orientation
from viatraj.core.saisie import Refused

Values = dict[str, Any]


class Fautes(ValueError):
    """Values that a form does not take: a sentence a field, by its code; "" for the form as a whole."""

    def __init__(self, faults: Mapping[str, str]):
        super().__init__(*faults.values())
        self.faults = dict(faults)


@dataclass(frozen=True)
class Contexte:
    """What a rule may ask besides the form: the day, and the birth (its last day possible)."""

    jour: date
    naissance: date | None = None


Regle = Callable[[Mapping[str, Any], Contexte], Mapping[str, str]]


@dataclass(frozen=True)
class Section:
    code: str
    titre: str
    champs: tuple[Champ, ...]
    aide: str = ""
    par: str = ""


@dataclass(frozen=True)
class Formulaire:
    """`rules` refuse whatever is saved, `validating` only what is validated: codes of fields → sentences."""

    kind: Kind
    orientation: Orientation
    version: int
    sections: tuple[Section, ...]
    par: str = ""
    rules: tuple[Regle, ...] = ()
    validating: tuple[Regle, ...] = ()

    @cached_property
    def champs(self) -> dict[str, Champ]:
        return {champ.code: champ for section in self.sections for champ in section.champs}

    def read(self, typed: Mapping[str, Any]) -> Values:
        """What is kept of it; Fautes names each field that cannot be, unknown ones too."""
        faults = dict.fromkeys(typed.keys() - self.champs.keys(), "Ce champ n’existe pas dans ce formulaire.")
        values = {}
        for code, champ in self.champs.items():
            try:
                value = champ.read(typed.get(code, ""))
            except Refused as error:
                faults[code] = str(error)
                continue
            if value is not None:
                values[code] = value
        if faults:
            raise Fautes(faults)
        return values

    def check(self, values: Mapping[str, Any], contexte: Contexte) -> None:
        """What is saved holds together."""
        _refuse(self.rules, values, contexte)

    def check_whole(self, values: Mapping[str, Any], contexte: Contexte) -> None:
        """What is validated says all that is required."""
        if missing := self.missing(values):
            raise Fautes({champ.code: f"À renseigner\u00a0: {champ.label.lower()}." for champ in missing})
        _refuse(self.validating, values, contexte)

    def missing(self, values: Mapping[str, Any]) -> list[Champ]:
        return [one for one in self.champs.values() if one.code not in values and one.is_wanted(values)]

    def adopt(self, values: Mapping[str, Any], former: "Formulaire") -> tuple[Values, list[Champ]]:
        """Of what another version holds: what this one takes as it is, and the fields that it does not."""
        taken, left = {}, []
        for code, value in values.items():
            if (champ := self.champs.get(code)) and _holds(champ, value):
                taken[code] = value
            else:
                left.append(former.champs[code])
        return taken, left


def _holds(champ: Champ, value: Any) -> bool:
    try:
        return bool(champ.read(value) == value)
    except Refused:
        return False


def _refuse(rules: tuple[Regle, ...], values: Mapping[str, Any], contexte: Contexte) -> None:
    faults: dict[str, str] = {}
    for rule in rules:
        faults |= rule(values, contexte)
    if faults:
        raise Fautes(faults)


def ordered(first: str, last: str, sentence: str) -> Regle:
    """Two days, the second not before the first."""

    def rule(values: Mapping[str, Any], _: Contexte) -> Mapping[str, str]:
        one, other = values.get(first), values.get(last)
        return {last: sentence} if one and other and other < one else {}

    return rule


def past(code: str, sentence: str) -> Regle:
    """A day that is not to come."""

    def rule(values: Mapping[str, Any], contexte: Contexte) -> Mapping[str, str]:
        return {code: sentence} if values.get(code, "") > contexte.jour.isoformat() else {}

    return rule
