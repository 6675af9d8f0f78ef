"""Shapes of FHIR’s JSON: each reader gives what stands under a name, or refuses another shape.

Absent is None, and empty is empty: a field that is absent may be one that our access profile may not see.
"""

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from annuaire.ror.refus import Json, Refused

NOMENCLATURE = re.compile(r"/NOS/((?:TRE|JDV|ASS)_[A-Z]\d+)")
ID = re.compile(r"[A-Za-z0-9.-]{1,64}", re.ASCII)
LONGEST = 10_000  # characters; comments are the longest


class Code(NamedTuple):
    """`nomenclature`: «TRE_R213», or the whole address of what is not of the NOS."""

    nomenclature: str
    code: str
    libelle: str | None


class Periode(NamedTuple):
    debut: date | None
    fin: date | None


def odd(name: str) -> Refused:
    return Refused(f"«\u00a0{name}\u00a0» n’a pas la forme attendue.")


def text(said: Json, name: str) -> str | None:
    value = said.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > LONGEST:
        raise odd(name)
    return value


def boolean(said: Json, name: str) -> bool | None:
    value = said.get(name)
    if value is not None and not isinstance(value, bool):
        raise odd(name)
    return value


def integer(said: Json, name: str) -> int | None:
    value = said.get(name)
    if value is not None and (not isinstance(value, int) or isinstance(value, bool) or abs(value) > 10**9):
        raise odd(name)
    return value


def number(said: Json, name: str) -> float | None:
    value = said.get(name)
    if value is None:
        return None
    if not isinstance(value, int | float) or isinstance(value, bool) or abs(value) > 10**9:
        raise odd(name)
    return float(value)


def thing(said: Json, name: str) -> Json | None:
    value = said.get(name)
    if value is not None and not isinstance(value, dict):
        raise odd(name)
    return value


def things(said: Json, name: str) -> list[Json] | None:
    """A list of objects."""
    value = said.get(name)
    if value is None:
        return None
    if not isinstance(value, list):
        raise odd(name)
    for one in value:
        if not isinstance(one, dict):
            raise odd(name)
    return value


def moment(said: Json, name: str) -> datetime | None:
    """An instant with its zone."""
    value = text(said, name)
    if value is None:
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        raise odd(name) from None
    if found.tzinfo is None:
        raise odd(name)
    return found


def day(said: Json, name: str) -> date | None:
    """The day of a date, an instant, or the first one of a month or a year."""
    value = text(said, name)
    if value is None:
        return None
    whole = value[:10] + "0000-01-01"[len(value[:10]) :]
    try:
        return date.fromisoformat(whole)
    except ValueError:
        raise odd(name) from None


def periode(said: Json, name: str) -> Periode | None:
    value = thing(said, name)
    return None if value is None else Periode(day(value, "start"), day(value, "end"))


def reference(said: Json, name: str) -> str | None:
    """«Organization/12», whatever stands before it; of a version, the resource."""
    value = thing(said, name)
    return None if value is None else _reference(value, name)


def references(said: Json, name: str) -> tuple[str, ...] | None:
    value = things(said, name)
    return None if value is None else tuple(filter(None, (_reference(one, name) for one in value)))


def _reference(value: Json, name: str) -> str | None:
    named = text(value, "reference")
    if named is None:
        return None
    parts = named.split("/_history/")[0].split("/")[-2:]
    if len(parts) != 2 or not parts[0].isalpha() or not ID.fullmatch(parts[1]):
        raise odd(name)
    return "/".join(parts)


def concept(said: Json, name: str) -> Code | None:
    """The first code of a concept; one without a code is none."""
    value = thing(said, name)
    for coding in things(value or {}, "coding") or ():
        if found := code_of(coding):
            return found
    return None


def concepts(said: Json, name: str) -> tuple[Code, ...] | None:
    """Every code of a list of concepts."""
    value = things(said, name)
    return None if value is None else tuple(code for one in value for code in _codes(one))


def _codes(value: Json) -> Iterator[Code]:
    for coding in things(value, "coding") or ():
        if code := code_of(coding):
            yield code


@lru_cache(maxsize=1_000)
def nomenclature_of(system: str) -> str:
    """«TRE_R213» of its address; empty of what is not of the NOS."""
    named = NOMENCLATURE.search(system)
    return named[1] if named else ""


def code_of(coding: Json) -> Code | None:
    """The same few thousand again and again: each is read once."""
    told = coding.get("system"), coding.get("code"), coding.get("display")
    try:
        return _code(*told)
    except TypeError:  # a list, which no memory takes
        raise odd("coding") from None


@lru_cache(maxsize=20_000)
def _code(system: Any, code: Any, display: Any) -> Code | None:
    told = {"system": system, "code": code, "display": display}
    named, system = text(told, "code"), text(told, "system") or ""
    if not named:
        return None
    if len(named) > 64:
        raise odd("code")
    return Code(nomenclature_of(system) or system, named, text(told, "display"))


def code(value: Code | None) -> str | None:
    return value and value.code


@lru_cache(maxsize=1_000)
def _last_word(url: str) -> str:
    return url.rpartition("/")[2]


class Extensions(dict[str, list[Json]]):
    """Of one object, by the last word of their address, which changes its beginning with versions."""

    def __init__(self, said: Json):
        super().__init__()
        for one in things(said, "extension") or ():
            self.setdefault(_last_word(text(one, "url") or ""), []).append(one)

    def first(self, name: str) -> Json:
        return self[name][0] if name in self else {}

    def concept(self, name: str) -> Code | None:
        return concept(self.first(name), "valueCodeableConcept")

    def concepts(self, name: str) -> tuple[Code, ...] | None:
        if name not in self:
            return None
        return tuple(filter(None, (concept(one, "valueCodeableConcept") for one in self[name])))


def every(told: list[Json] | None, reader: Callable[[Json], Any]) -> tuple[Any, ...] | None:
    return None if told is None else tuple(map(reader, told))
