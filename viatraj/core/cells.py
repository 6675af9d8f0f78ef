"""A value as a cell of a workbook: texts, numbers, days, durations, each as what it is (`workbook`)."""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache, partial
from math import isfinite

from django.utils import timezone

MAX_TEXT = 32_767  # of a cell
MAX_DIGITS = 15  # Excel keeps no more: longer, it is a name and not a number
TOO_LONG = 10**MAX_DIGITS
FORMULA = frozenset("=+-@\t\r")
# What a column holds → the style of its cells, in the order of `workbook.STYLES`.
KINDS = {
    "": 0,
    "date": 1,
    "instant": 2,
    "long": 5,  # a text on several lines
    "int": 6,
    "decimal": 7,
    "percent": 8,  # 0.125 is 12,5 %
    "duration": 9,  # [h]:mm, of a timedelta or of seconds
    "month": 10,
}
DAY = timedelta(days=1)
# Not to be pasted as it is: markup, what XML refuses, outer spaces, what Excel would read as an escape.
SPECIAL = re.compile("[&<>\0-\x1f\ud800-\udfff\ufffe\uffff]|^ | $|_x[0-9A-Fa-f]{4}_").search
ILLEGAL = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
LOOKALIKE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")  # Excel would read _x0041_ as A
EPOCH = date(1899, 12, 30).toordinal()  # Excel counts from here, once past its 29 February 1900
BEGIN_DAY = date(1970, 1, 1).toordinal() - EPOCH


class Known(dict):
    """What was written of a value, kept for the first thousand: places, motives, days come back."""

    MOST = 1024

    def __init__(self, write: Callable[..., str]):
        self.write = write

    def __missing__(self, value) -> str:
        cell = self.write(value)
        if len(self) < self.MOST:
            self[value] = cell
        return cell


def known(write: Callable[..., str]) -> Callable[..., str]:
    """For one type and one style: 1, 1.0 and True are one key."""
    return Known(write).__getitem__


def escape(text: str) -> str:
    text = ILLEGAL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))[:MAX_TEXT]
    text = LOOKALIKE.sub("_x005F_", text).replace("&", "&amp;")
    return text.replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def text(value: str, style: str = "") -> str:
    """An inline string is never a formula; the style keeps it so when somebody edits the cell."""
    if value[:1] in FORMULA and not style:
        style = ' s="4"'
    if len(value) > MAX_TEXT or SPECIAL(value):
        return f'<c t="inlineStr"{style}><is><t xml:space="preserve">{escape(value)}</t></is></c>'
    return f'<c t="inlineStr"{style}><is><t>{value}</t></is></c>'


def _numbers(style: str = "") -> dict[type, Callable[..., str]]:
    """Functions of their own for each style: a million lines call them twenty million times.

    What is no number (0/0) is an empty cell.
    """
    real = style or ' s="7"'

    def whole(value: int) -> str:
        return f"<c{style}><v>{value}</v></c>" if -TOO_LONG < value < TOO_LONG else text(str(value))

    def floating(value: float) -> str:
        return f"<c{real}><v>{value!r}</v></c>" if value - value == 0 else "<c/>"

    def exact(value: Decimal) -> str:
        if not value.is_finite():
            return "<c/>"
        said = format(value, "f")
        return f"<c{real}><v>{said}</v></c>" if len(value.as_tuple().digits) <= MAX_DIGITS else text(said)

    return {int: whole, float: floating, Decimal: exact}


def _duration(value: timedelta) -> str:
    """In days; Excel shows no time before zero."""
    if value.days < 0:
        return text(_backwards(-value))
    return f'<c s="9"><v>{value / DAY!r}</v></c>'


def _seconds(value: float) -> str:
    if 0 <= value < TOO_LONG:
        return f'<c s="9"><v>{value / 86_400!r}</v></c>'
    return _duration(timedelta(seconds=value)) if isfinite(value) else "<c/>"


def _exact_seconds(value: Decimal) -> str:
    return _seconds(float(value))


def _backwards(value: timedelta) -> str:
    hours, minutes = divmod(round(value.total_seconds() / 60), 60)
    return f"-{hours}:{minutes:02}"


def _date(value: date, style: str = ' s="1"') -> str:
    serial = value.toordinal() - EPOCH
    return f"<c{style}><v>{serial}</v></c>" if serial > 60 else text(value.isoformat())


def _utc(day: int) -> datetime:
    return datetime.fromtimestamp(day * 86_400, UTC)


def _offset(value: datetime) -> int:
    return round((timezone.make_naive(value) - value.astimezone(UTC).replace(tzinfo=None)).total_seconds())


@lru_cache(4096)
def _ahead(day: int) -> int | None:
    """Seconds that Paris is ahead of UTC all through a day, counted from 1970; None when clocks change."""
    ahead = _offset(_utc(day))
    return ahead if ahead == _offset(_utc(day + 1)) else None


def _instant(value: datetime) -> str:
    """A cell knows no zone: an aware instant is written in Paris."""
    if value.tzinfo:
        moment = int(value.timestamp() // 1)
        ahead = _ahead(moment // 86_400)
        days, seconds = divmod(moment + (_offset(value) if ahead is None else ahead), 86_400)
        return f'<c s="2"><v>{days + BEGIN_DAY + seconds / 86_400}</v></c>'
    seconds = value.hour * 3600 + value.minute * 60 + value.second
    return f'<c s="2"><v>{value.toordinal() - EPOCH + seconds / 86_400}</v></c>'


class Cells(str):
    """Some cells already written, for what many rows say alike; not beside columns that format numbers."""

    @classmethod
    def of(cls, values: Iterable) -> "Cells":
        return cls("".join([CELLS.get(type(value), other)(value) for value in values]))


CELLS: dict[type, Callable[..., str]] = {
    Cells: lambda cells: cells,
    str: text,
    **_numbers(),
    timedelta: _duration,
    bool: lambda value: text("Oui" if value else "Non"),
    date: known(_date),
    datetime: _instant,
    type(None): lambda _: "<c/>",
}


def other(value) -> str:
    """SafeString, choices and the like: as the text that they are."""
    return text(str(value))


def _of_kind(kind: str) -> dict[type, Callable[..., str]]:
    """How a column of this kind writes each type: a text stays a text in a column of numbers."""
    style = f' s="{KINDS[kind]}"'
    if kind == "long":
        return {**CELLS, str: partial(text, style=style)}
    if kind == "month":
        return {**CELLS, date: known(partial(_date, style=style))}
    if kind in ("int", "decimal", "percent"):
        numbers = _numbers(style)
        return CELLS | numbers | {int: known(numbers[int])}
    if kind == "duration":
        return CELLS | {int: known(_seconds), float: _seconds, Decimal: _exact_seconds}
    return CELLS | {str: known(text)}


def rows_of(kinds: Sequence[str]) -> Callable[[Iterable], str]:
    """How a sheet with columns of these kinds writes a row: by type, each column knowing what it has written.

    Rows may be shorter or longer than the columns where these ask for no format (`Cells`).
    """
    if set(kinds) <= {"", "date", "instant"}:
        get = {**CELLS, str: known(text)}.get
        return lambda row: f"<row>{''.join([get(type(value), other)(value) for value in row])}</row>"
    gets = [_of_kind(kind).get for kind in kinds]

    def write(row) -> str:
        cells = [get(type(value), other)(value) for get, value in zip(gets, row, strict=True)]
        return f"<row>{''.join(cells)}</row>"

    return write
