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
# As somebody is told who may not know his name.
UNNAMED = {
    "médecin": "un médecin",
    "confrère": "un médecin",
    "assistant": "un(e) assistant(e)",
    "référent": "un référent",
    "support": "le support",
    "system": "le traitement automatique",
}
LEFT_OUT = re.compile(r" \([^()]*…[^()]*\)")
ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d")
ISO_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d.*")


def of(entry, fragment: str | None) -> str:
    """«L’assistant(e) XXX a fait l’action au nom du médecin YYY» (DEL-6); the event itself when untold."""
    told = (fragment or entry.event).format_map(_Words(entry))
    name = f" au nom du médecin {entry.on_behalf_of.nom_complet}" if entry.on_behalf_of_id else ""
    sentence = f"{who(entry)} {told}{name}"
    return sentence[:1].upper() + sentence[1:]


def unnamed(entry, fragment: str | None, said: frozenset[str]) -> str:
    """The same without a name: by his quality, and of the line's data only what may be `said`."""
    words = _Words(entry, said)
    told = LEFT_OUT.sub("", (fragment or entry.event).format_map(words))
    sentence = f"{somebody(entry.quality)} {told}{' au nom d’un médecin' if entry.on_behalf_of_id else ''}"
    return sentence[:1].upper() + sentence[1:]


def somebody(quality: str) -> str:
    return UNNAMED.get(quality.split(" ")[0], "un professionnel")


def who(entry) -> str:
    """The author with his quality at that time: «le médecin Gabriel Léon»."""
    if entry.user_id:
        return _titled(entry.quality, entry.user.nom_complet)
    if entry.quality == "anonymous":
        return "une personne non connectée"
    return f"le traitement automatique ({entry.system})"


def reader(quality, prenom, nom, prenom_of, nom_of) -> str:
    """Who has read, where readings are counted: «L’assistant(e) Sonia Petit, au nom du médecin …»."""
    name = _titled(quality, f"{prenom} {nom}") if nom else "le traitement automatique"
    return name[:1].upper() + name[1:] + (f", au nom du médecin {prenom_of} {nom_of}" if nom_of else "")


def _titled(quality: str, name: str) -> str:
    title = TITLES.get(quality.split(" ")[0], "")  # «référent structure»: «le référent»
    return f"{title} {name}".strip()


def named(entry) -> str:
    """The person by his name, where `EntryQuerySet.told` has found one; else the label of then."""
    return getattr(entry, "called", None) or entry.label


class _Text(str):
    """`{count:référent}` in a sentence: the number with its words, agreed."""

    def __format__(self, words):
        return typography.counted(int(self), words) if words and self.isdecimal() else str(self)


class _Words(dict):
    """The values a sentence may use: `label` and the line's data, in French; a missing one shows as «…»."""

    def __init__(self, entry, said: frozenset[str] | None = None):
        known = entry.data if said is None else {name: entry.data[name] for name in said & entry.data.keys()}
        super().__init__({name: _Text(french(value)) for name, value in known.items()})
        if said is None:
            self["label"] = named(entry)

    def __missing__(self, name):
        return _Text("…")


def french(value) -> str:
    """A value of a line's data as people read it."""
    if isinstance(value, list):
        return ", ".join(french(one) for one in value)
    if value is None:
        return "…"
    text = str(value)
    if ISO_DAY.fullmatch(text):
        return typography.short_day(date.fromisoformat(text))
    if ISO_INSTANT.fullmatch(text):
        return typography.instant(datetime.fromisoformat(text))
    return text
