"""Rows of the same columns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from viatraj.core.champs.base import NOT_OF_THIS_KIND, Champ
from viatraj.core.saisie import Refused


@dataclass(frozen=True)
class Liste(Champ):
    """Rows of the same columns; an empty row is none. `blank`: how many more the page offers."""

    colonnes: tuple[Champ, ...] = ()
    most: int = 5
    blank: int = 2

    @property
    def is_anonymous(self) -> bool:
        return not self.nominative and any(one.is_anonymous for one in self.colonnes)

    def read(self, typed: Any) -> list[dict[str, Any]] | None:
        if typed in ("", None):
            return None
        if not isinstance(typed, list | tuple) or not all(isinstance(row, Mapping) for row in typed):
            raise Refused(NOT_OF_THIS_KIND)
        known = {one.code for one in self.colonnes}
        if any(row.keys() - known for row in typed):
            raise Refused(NOT_OF_THIS_KIND)
        rows = [self._row(number, row) for number, row in enumerate(typed, 1)]
        kept = [row for row in rows if row]
        if len(kept) > self.most:
            raise Refused(f"Au plus {self.most} lignes.")
        return kept or None

    def _row(self, number: int, row: Mapping[str, Any]) -> dict[str, Any]:
        kept = {}
        for one in self.colonnes:
            try:
                value = one.read(row.get(one.code, ""))
            except Refused as error:
                raise Refused(f"Ligne {number}, {one.label.lower()}\u00a0: {error}") from error
            if value is not None:
                kept[one.code] = value
        return kept

    def said(self, value: Any) -> str:
        return "\u00a0; ".join(self.said_rows(value))

    def said_rows(self, value: Sequence[Mapping[str, Any]]) -> list[str]:
        return [
            ", ".join(one.said(row[one.code]) for one in self.colonnes if one.code in row) for row in value
        ]

    def anonymous(self, value: Any) -> Any:
        if not self.is_anonymous:
            return None
        open_ones = {one.code for one in self.colonnes if one.is_anonymous}
        rows = [{code: said for code, said in row.items() if code in open_ones} for row in value]
        return [row for row in rows if row] or None
