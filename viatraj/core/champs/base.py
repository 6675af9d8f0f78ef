"""Kinds of fields as data: what may be typed, how it is kept in JSON, how it is read, whether it names.

A value is kept as JSON says it: a code, a list of codes, "2026-11-21", a number, a text, a list of rows.
Nothing is kept of an empty field.
"""

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass
from typing import Any

from viatraj.core.saisie import Refused
from viatraj.core.typography import grouped

NOT_OF_THIS_KIND = "Cette réponse n’est pas de celles que ce champ attend."


@dataclass(frozen=True)
class Si:
    """A field matters only when another one, of the same form, has one of these answers."""

    code: str
    answers: tuple[str, ...]

    def holds(self, values: Mapping[str, Any]) -> bool:
        known = values.get(self.code)
        return any(one in self.answers for one in (known if isinstance(known, list) else [known]))


@dataclass(frozen=True)
class Champ:
    """`required`: to validate, or to complete, the volet; never to save it. `par`: who fills it, if not all.

    `nominative`: tells who somebody is, by itself or nearly.
    """

    code: str
    label: str
    _: KW_ONLY
    required: bool = False
    nominative: bool = False
    aide: str = ""
    par: str = ""
    si: Si | None = None

    is_free = False  # whoever types may write a name there

    @property
    def is_anonymous(self) -> bool:
        """May be shown to who may not know whose dossier it is."""
        return not (self.nominative or self.is_free)

    def read(self, typed: Any) -> Any:
        """What is kept of what was typed, None of nothing; Refused tells why not."""
        raise NotImplementedError

    def typed(self, value: Any) -> Any:
        """As a page's field shows it again."""
        return value

    def said(self, value: Any) -> str:
        """In words."""
        return str(value)

    def anonymous(self, value: Any) -> Any:
        """What of it may be shown without saying whose; None when nothing may."""
        return value if self.is_anonymous else None

    def is_wanted(self, values: Mapping[str, Any]) -> bool:
        """Required, and asked for by what else was answered."""
        return self.required and (self.si is None or self.si.holds(values))


def too_long(text: str, most: int) -> str:
    return f"Ce texte compte {grouped(len(text))} caractères, pour {grouped(most)} au plus."


def text(typed: Any) -> str:
    """Of a field of one value."""
    if typed is None:
        return ""
    if isinstance(typed, int | float) and not isinstance(typed, bool):
        return str(typed)
    if not isinstance(typed, str):
        raise Refused(NOT_OF_THIS_KIND)
    return typed
