"""Kinds of fields of a volet: what may be typed, how it is kept in JSON, how it is read, whether it names.

A value is kept as JSON says it: a code, a list of codes, "2026-11-21", a number, a text, a list of rows.
Nothing is kept of an empty field.
"""

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from viatraj.core.saisie import Refused, dates, emails, ins, noms, numeros, telephones
from viatraj.core.saisie.caracteres import check, plain, visible
from viatraj.core.saisie.numeros import in_figures
from viatraj.core.typography import grouped, short_day

Options = tuple[tuple[str, str], ...]

NOT_AN_OPTION = "Choisissez une réponse de la liste."
NOT_OF_THIS_KIND = "Cette réponse n’est pas de celles que ce champ attend."
NOT_A_NUMBER = "Écrivez un nombre en chiffres. Exemple\u00a0: 72,5."
WHOLE = "Écrivez un nombre entier."
TEXTE_MAX, LIGNE_MAX, LONGEST_NUMBER = 20_000, 200, 20


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


@dataclass(frozen=True)
class Jour(Champ):
    """`sejour`: a day of the stay, not of the person; only these pass without a name."""

    sejour: bool = False

    @property
    def is_anonymous(self) -> bool:
        return self.sejour and not self.nominative

    def read(self, typed: Any) -> str | None:
        day = dates.read(_text(typed))
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
        text = in_figures(plain(_text(typed))).replace(" ", "").replace(",", ".")
        if not text:
            return None
        if len(text) > LONGEST_NUMBER:
            raise Refused(NOT_A_NUMBER)
        try:
            number = Decimal(text)
        except InvalidOperation as error:
            raise Refused(NOT_A_NUMBER) from error
        if not number.is_finite() or "e" in text.lower() or "_" in text:
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


@dataclass(frozen=True)
class Texte(Champ):
    """Free: never shown without the name, since people write names in it. `long`: several lines."""

    long: bool = True
    most: int = TEXTE_MAX

    is_free = True

    def read(self, typed: Any) -> str | None:
        text = _text(typed).replace("\r\n", "\n").replace("\r", "\n")
        text = visible(text).strip() if self.long else plain(text)
        if len(text) > self.most:
            raise Refused(_too_long(text, self.most))
        for line in text.split("\n"):
            check(line.replace("\t", " "))
        return text or None


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
        text = _text(typed)
        if len(text) > self.most:
            raise Refused(_too_long(text, self.most))
        return self.READ(text) or None


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


def _too_long(text: str, most: int) -> str:
    return f"Ce texte compte {grouped(len(text))} caractères, pour {grouped(most)} au plus."


def _text(typed: Any) -> str:
    """Of a field of one value."""
    if typed is None:
        return ""
    if isinstance(typed, int | float) and not isinstance(typed, bool):
        return str(typed)
    if not isinstance(typed, str):
        raise Refused(NOT_OF_THIS_KIND)
    return typed
