"""French dates, hours and numbers as a person reads them; also for mails and workbooks."""

import re
import unicodedata
from datetime import date, datetime, time
from decimal import Decimal

from django.utils import timezone

from viatraj.core.periods import months_between
from viatraj.core.saisie import emails

THIN, NBSP = "\u202f", "\u00a0"
MONTHS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)


def short_day(day: date) -> str:
    """21/11/2026, the day in Paris of an instant."""
    day = _local(day)
    return f"{day.day:02}/{day.month:02}/{day.year:04}"


def long_day(day: date) -> str:
    """1er décembre 2026."""
    day = _local(day)
    return f"{'1er' if day.day == 1 else day.day}{NBSP}{MONTHS[day.month - 1]} {day.year}"


def in_month(day: date) -> str:
    """Décembre 2026, in small letters."""
    return f"{MONTHS[day.month - 1]} {day.year}"


def hour(at: datetime | time) -> str:
    """10 h 42, in Paris."""
    at = _local(at)
    return f"{at.hour}{THIN}h{THIN}{at.minute:02}"


def unbroken_hours(text: str) -> str:
    """«8 h 30» typed by hand, kept on one line."""
    return re.sub(r"(\d)\s*h\s*(\d)", rf"\1{THIN}h{THIN}\2", text)


def instant(at: datetime) -> str:
    """21/11/2026 à 10 h 42, in Paris."""
    return f"{short_day(at)} à {hour(at)}"


def iso(at: datetime) -> str:
    """For the attribute of a <time>, which knows no microseconds."""
    return _local(at).isoformat(timespec="seconds")


def duration(seconds: int) -> str:
    """45 secondes, 1 minute, 3 minutes: rounded up, so that nobody comes back too early."""
    if seconds < 60:
        return f"{seconds}{NBSP}seconde{plural(seconds)}"
    minutes = -(-seconds // 60)
    return f"{minutes}{NBSP}minute{plural(minutes)}"


def span(start: date, end: date) -> str:
    """From one day to a later one: «4 ans et 2 mois», «3 mois», «12 jours»; what is smaller is left out."""
    years, months = divmod(months_between(start, end), 12)
    days = (end - start).days
    parts = [f"{years}{NBSP}an{plural(years)}"] if years else []
    parts += [f"{months}{NBSP}mois"] if months else []
    return " et ".join(parts) or f"{days}{NBSP}jour{plural(days)}"


def grouped(number: int | Decimal) -> str:
    """1 234 567, by narrow spaces."""
    return f"{number:,}".replace(",", THIN).replace(".", ",")


def file_size(count: int) -> str:
    """340 ko, 2,4 Mo, 10 Mo: as file managers count, 1 024 at a time; never 0."""
    if count < 1 << 20:
        return f"{max(1, round(count / 1024))}\u00a0ko"
    return f"{count / (1 << 20):.1f}".removesuffix(".0").replace(".", ",") + "\u00a0Mo"


def plural(number: int | Decimal, forms: str = "s") -> str:
    """What goes with a number, the French way: plural from two on («0 dossier», «1,5 jour»).

    `forms`: an ending, or both words («a,ont»).
    """
    one, _, many = forms.rpartition(",")
    return many if number >= 2 else one


def counted(number: int | Decimal, words: str) -> str:
    """«1 habilitation attribuée», «1 200 habilitations attribuées»: each of the words agrees."""
    agreed = [word if word[-1] in "sxz" else word + plural(number) for word in words.split()]
    return f"{grouped(number)} {' '.join(agreed)}"


def in_groups(digits: str, *sizes: int) -> str:
    """Digits cut into groups of these sizes, the rest last: ("12345678", 4) → «1234 5678»."""
    parts, start = [], 0
    for size in sizes:
        parts.append(digits[start : start + size])
        start += size
    parts.append(digits[start:])
    return NBSP.join(part for part in parts if part)


def masked_email(address: str) -> str:
    """c•••••••q@cabinet.example: first and last letter, always seven dots, so the length is hidden too."""
    name, at, domain = emails.shown(address).rpartition("@")
    if not at or not name:
        return "•" * 7
    return f"{name[0]}{'•' * 7}{name[-1] if len(name) > 2 else ''}@{domain}"


def masked_number(number: str) -> str:
    """•• •• •• •• 42: the last two figures of a telephone."""
    return f"{'•• ' * 4}{number[-2:]}" if number else ""


def _local(value):
    if isinstance(value, datetime) and timezone.is_aware(value):
        return timezone.localtime(value)
    return value


def of(name: str) -> str:
    """«de Paul», «d’Anaïs», «d’Hélène»."""
    first = unicodedata.normalize("NFKD", name[:1]).casefold()[:1]
    return f"d’{name}" if first and first in "aeiouh" else f"de {name}"
