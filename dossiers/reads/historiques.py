"""The history of a dossier, in words: who, in whose name, from which structure, and who has consulted it.

Names of fields, never values (DOS-5, DEL-6). Whoever may not know the patient reads the qualities and the
structures of the authors, not their names: that row is read without them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.core.paginator import Page
from django.db.models import Count, Max, Min

import journal.reads
from annuaire.models import Etablissement, Unite
from dossiers import regards
from dossiers.events import READINGS, SAID, UNNAMED
from dossiers.models import Dossier
from journal import sentences
from journal.models import Entry, EntryQuerySet, known_events
from viatraj.core.actor import Actor

AT = ("etablissement_id", "unite_id")


def names_shown(actor: Actor, dossier: Dossier) -> bool:
    """Whether this history may name people: to who may know the patient, and to nobody else."""
    return regards.of(actor, dossier).is_nominatif


def of(dossier: Dossier) -> EntryQuerySet:
    return Entry.objects.about(dossier)


class Ligne(NamedTuple):
    pk: int
    at: datetime
    sentence: str
    champs: list[str]
    quality: str
    structure: str


class Consultation(NamedTuple):
    """`first` where it was asked."""

    who: str
    quality: str
    structure: str
    count: int
    last: datetime
    first: datetime | None = None


class Pli(NamedTuple):
    """Readings between two acts; `people` where they are told apart."""

    count: int
    people: int
    readers: list[Consultation]


class Rang(NamedTuple):
    ligne: Ligne | None = None
    pli: Pli | None = None


@dataclass(frozen=True)
class Historique:
    rangs: list[Rang]
    page_obj: Page | None = None


def latest(entries: EntryQuerySet, size: int, *, named: bool) -> Historique:
    return _told(journal.reads.latest(entries, size, _telling(named)), named)


def paged(entries: EntryQuerySet, *, size: int, number, fold: bool, named: bool) -> Historique:
    return _told(
        journal.reads.paged(entries, size=size, number=number, fold=fold, telling=_telling(named)), named
    )


def consultations(entries: EntryQuerySet, *, named: bool) -> list[Consultation]:
    """«Qui a consulté ce dossier», who read it last first: one query, along the index of the dossier."""
    telling = _telling(named)
    columns = telling.who + telling.at
    read = entries.filter(event__in=READINGS).order_by().values(*columns)
    counted = read.annotate(times=Count("pk"), latest=Max("at"), earliest=Min("at")).order_by("-latest")
    found = [
        (telling.reader(*row), earliest)
        for *row, earliest in counted.values_list(*columns, "times", "latest", "earliest")
    ]
    names = _structures(_at(reader) for reader, _ in found)
    return [_consultation(reader, names, first) for reader, first in found]


def _telling(named: bool) -> journal.reads.Telling:
    if named:
        return journal.reads.NAMED._replace(at=(*journal.reads.NAMED.at, *AT))
    return journal.reads.Telling(_unnamed, ("quality",), _capital_somebody, AT, names_people=False)


def _unnamed(entries: EntryQuerySet) -> EntryQuerySet:
    return entries.order_by("-id")


def _capital_somebody(quality: str) -> str:
    name = sentences.somebody(quality)
    return name[:1].upper() + name[1:]


def _told(histoire: journal.reads.Histoire, named: bool) -> Historique:
    acts = [row.entry for row in histoire.rows if row.entry]
    readers = [reader for row in histoire.rows if row.fold for reader in row.fold.readers]
    names = _structures(
        [(one.etablissement_id, one.unite_id) for one in acts] + [_at(one) for one in readers]
    )
    rangs = [
        Rang(pli=_pli(row.fold, names)) if row.fold else Rang(_ligne(row.entry, names, named))
        for row in histoire.rows
    ]
    return Historique(rangs, histoire.page_obj)


def _ligne(entry: Entry, names, named: bool) -> Ligne:
    return Ligne(
        entry.pk,
        entry.at,
        entry.sentence if named else _unnamed_sentence(entry),
        [str(one) for one in entry.data.get("champs", [])],
        _quality(entry.quality),
        _structure((entry.etablissement_id, entry.unite_id), names),
    )


def _unnamed_sentence(entry: Entry) -> str:
    fragment = UNNAMED.get(entry.event) or known_events().get(entry.event)
    return sentences.unnamed(entry, fragment, SAID)


def _pli(fold: journal.reads.Fold, names) -> Pli:
    return Pli(fold.count, fold.people, [_consultation(reader, names) for reader in fold.readers])


def _consultation(reader: journal.reads.Reader, names, first=None) -> Consultation:
    quality = reader.known[0]
    where = _structure(_at(reader), names)
    return Consultation(reader.name, _quality(quality), where, reader.count, reader.last, first)


def _at(reader: journal.reads.Reader) -> tuple[int | None, int | None]:
    return reader.known[-2:]


def _quality(quality: str) -> str:
    """At that time; a process has none."""
    if quality in ("system", "anonymous"):
        return ""
    return quality[:1].upper() + quality[1:]


def _structures(places: Iterable[tuple[int | None, int | None]]) -> dict[str, dict[int, str]]:
    """Names by id: two queries, whatever the number of lines."""
    etablissements, unites = zip(*{*places, (None, None)}, strict=True)
    return {
        "etablissement": _names(Etablissement, etablissements),
        "unite": _names(Unite, unites),
    }


def _names(model, ids) -> dict[int, str]:
    return dict(model.objects.filter(pk__in={pk for pk in ids if pk}).order_by().values_list("pk", "nom"))


def _structure(at: tuple[int | None, int | None], names) -> str:
    """Of the right that was used, as it is called now; none in a médecin's space."""
    etablissement, unite = at
    said = (names["etablissement"].get(etablissement), names["unite"].get(unite))
    return ", ".join(one for one in said if one)
