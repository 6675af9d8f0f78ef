"""How a line of the journal is told: who, what, in whose name. Made at display, never stored."""

import re
from datetime import date, datetime

from viatraj.core import typography

TITLES = {
    "médecin": "le médecin",
    "confrère": "le médecin",
    "assistant": "l’assistant(e)",
    "référent": "le référent",
    "support": "le support",
}
ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d")
ISO_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d.*")


def of(entry, fragment: str | None) -> str:
    """«l’assistant(e) XXX a fait l’action au nom du médecin YYY» (DEL-6); the event itself when untold."""
    told = (fragment or entry.event).format_map(_Words(entry))
    name = f" au nom du médecin {entry.on_behalf_of.nom_complet}" if entry.on_behalf_of_id else ""
    return f"{who(entry)} {told}{name}"


def who(entry) -> str:
    """The author with his quality at that time: «le médecin Gabriel Léon»."""
    if entry.user_id:
        title = TITLES.get(entry.quality.split(" ")[0], "")  # «référent structure»: «le référent»
        return f"{title} {entry.user.nom_complet}".strip()
    if entry.quality == "anonymous":
        return "une personne non connectée"
    return f"le traitement automatique ({entry.system})"


class _Text(str):
    """`{count:référent}` in a sentence: the number with its words, agreed."""

    def __format__(self, words):
        return typography.counted(int(self), words) if words and self.isdecimal() else str(self)


class _Words(dict):
    """The values a sentence may use: `label` and the line's data, in French; a missing one shows as «…»."""

    def __init__(self, entry):
        texts = {name: _Text(_french(value)) for name, value in entry.data.items()}
        super().__init__(texts, label=entry.label)

    def __missing__(self, name):
        return _Text("…")


def _french(value) -> str:
    if isinstance(value, list):
        return ", ".join(_french(one) for one in value)
    if value is None:
        return "…"
    text = str(value)
    if ISO_DAY.fullmatch(text):
        return typography.short_day(date.fromisoformat(text))
    if ISO_INSTANT.fullmatch(text):
        return typography.instant(datetime.fromisoformat(text))
    return text
