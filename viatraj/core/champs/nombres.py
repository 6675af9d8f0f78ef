"""Days, and numbers with their unit."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from viatraj.core.champs.base import Champ, text
from viatraj.core.saisie import Refused, dates
from viatraj.core.saisie.caracteres import plain
from viatraj.core.saisie.numeros import in_figures
from viatraj.core.typography import grouped, short_day

NOT_A_NUMBER = "Écrivez un nombre en chiffres. Exemple\u00a0: 72,5."
WHOLE = "Écrivez un nombre entier."
LONGEST_NUMBER = 20


@dataclass(frozen=True)
class Jour(Champ):
    """`sejour`: a day of the stay, not of the person; only these pass without a name."""

    sejour: bool = False

    @property
    def is_anonymous(self) -> bool:
        return self.sejour and not self.nominative

    def read(self, typed: Any) -> str | None:
        day = dates.read(text(typed))
        return day.isoformat() if day else None

    def said(self, value: Any) -> str:
        return short_day(date.fromisoformat(value))


@dataclass(frozen=True)
class Nombre(Champ):
    """Between bounds, both allowed, with at most so many decimals: kept as an int or a float of these."""

    mesure: str = ""
    least: int = 0
    most: int = 999
    decimals: int = 0

    def read(self, typed: Any) -> int | float | None:
        figures = in_figures(plain(text(typed))).replace(" ", "").replace(",", ".")
        if not figures:
            return None
        if len(figures) > LONGEST_NUMBER:
            raise Refused(NOT_A_NUMBER)
        try:
            number = Decimal(figures)
        except InvalidOperation as error:
            raise Refused(NOT_A_NUMBER) from error
        if not number.is_finite() or "e" in figures.lower() or "_" in figures:
            raise Refused(NOT_A_NUMBER)
        if not self.least <= number <= self.most:
            unit = f"\u00a0{self.mesure}" if self.mesure else ""
            raise Refused(f"Écrivez un nombre entre {grouped(self.least)} et {grouped(self.most)}{unit}.")
        return self._kept(number)

    def _kept(self, number: Decimal) -> int | float:
        if number != round(number, self.decimals):
            raise Refused(f"Au plus {self.decimals} chiffre après la virgule." if self.decimals else WHOLE)
        return int(number) if number == int(number) else float(number)

    def typed(self, value: Any) -> Any:
        return str(value).replace(".", ",") if isinstance(value, int | float) else value

    def said(self, value: Any) -> str:
        figures = grouped(Decimal(str(value)))
        return f"{figures}\u00a0{self.mesure}" if self.mesure else figures
