"""Which lines of a dossier's history are shown: by whom, of what kind, between which days."""

from django.db.models import Q

from dossiers.events import AUTRES, GENRES
from journal.forms import ACTIONS, CONSULTATIONS, OF_HISTORIES, HistoireForm
from journal.models import known_events, readings
from viatraj.core.typography import short_day

CHOICES = (
    {ACTIONS: OF_HISTORIES[ACTIONS]}
    | {code: label for code, (label, _) in GENRES.items()}
    | {AUTRES: "Autres actions", CONSULTATIONS: OF_HISTORIES[CONSULTATIONS]}
)


class HistoriqueForm(HistoireForm):
    """`authors`: None where nobody may be named, who did something is then not asked either."""

    def __init__(self, *args, authors, **kwargs):
        super().__init__(*args, authors=authors or (), genres=CHOICES, **kwargs)
        if authors is None:
            del self.fields["par"]

    @property
    def limits(self) -> list[tuple[str, str]]:
        """What was chosen, in words."""
        return [(self.fields[name].label, self._said(name, value)) for name, value in self.chosen.items()]

    def _said(self, name, value) -> str:
        return short_day(value) if name in ("debut", "fin") else dict(self.fields[name].choices)[value]

    def apply(self, entries):
        entries = super().apply(entries)
        genre = self.chosen.get("genre")
        if genre == AUTRES:
            nouns = [noun for _, nouns in GENRES.values() for noun in nouns]
            return entries.exclude(_of(nouns)).exclude(event__in=readings())
        if genre in GENRES:
            return entries.filter(_of(GENRES[genre][1])).exclude(event__in=readings())
        return entries


def _of(nouns) -> Q:
    return Q(event__in=[event for event in known_events() if event.partition(".")[0] in nouns])
